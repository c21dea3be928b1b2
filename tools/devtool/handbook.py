"""`./dev handbook`: the handbook as pages that the web client links to.

The Markdown in ``docs`` is what people write. Pages lie in the addon of the first hour, so that
wheels bring them along; `./dev lint` says when they are older than the Markdown.
"""

import html
import re

from .console import say
from .paths import ADDON, ROOT

DOCS = ROOT / "docs"
FOLDER = ROOT / f"{ADDON}_start" / "static" / "handbook"
LANGUAGES = {"en": "Handbook", "zh_CN": "手册"}
STYLE = (
    "body{max-width:52rem;margin:2rem auto;padding:0 1rem;font:16px/1.55 system-ui,sans-serif;"
    "color:#212529}img{max-width:100%;border:1px solid #dee2e6}table{border-collapse:collapse;"
    "margin:1rem 0}td,th{border:1px solid #dee2e6;padding:.35rem .6rem;text-align:left;"
    "vertical-align:top}pre{background:#f5f5f5;padding:.8rem;overflow-x:auto}"
    "nav a{margin-right:1rem}a{color:#714b67}"
)
TEMPLATE = (
    '<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<nav>{nav}</nav>\n"
    "{body}\n</body>\n</html>\n"
)


def write() -> int:
    """Make all pages again."""
    for file, text in _pages().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    say(f"{len(_pages())} pages of the handbook")
    return 0


def stale() -> str:
    """What does not say what the Markdown says."""
    pages = _pages()
    old = [
        str(file.relative_to(ROOT))
        for file, text in pages.items()
        if not file.exists() or file.read_text() != text
    ]
    left = [str(file.relative_to(ROOT)) for file in FOLDER.rglob("*.html") if file not in pages]
    return "\n".join([*old, *left, "./dev handbook makes them again."]) if old or left else ""


def _pages() -> dict:
    """File → its text."""
    found = {}
    for lang, name in LANGUAGES.items():
        sources = sorted((DOCS / lang).glob("*.md"))
        titles = {file.stem: _title(file.read_text()) for file in sources}
        nav = " ".join(f'<a href="{stem}.html">{title}</a>' for stem, title in titles.items())
        for file in sources:
            text = TEMPLATE.format(
                lang=lang.replace("_", "-"),
                title=f"{titles[file.stem]} – {name}",
                style=STYLE,
                nav=nav,
                body=to_html(file.read_text()),
            )
            found[FOLDER / lang / f"{file.stem}.html"] = text
    return found


def _title(text: str) -> str:
    return html.escape(text.splitlines()[0].lstrip("# "))


def to_html(text: str) -> str:
    """HTML of the part of Markdown that the handbook uses: headings, paragraphs, lists, tables,
    pictures, links, emphasis and indented code."""
    blocks = [_block(block) for block in re.split(r"\n\n+", text.strip("\n"))]
    return re.sub(r"</pre>\n<pre>", "\n\n", "\n".join(blocks))


def _block(block: str) -> str:
    if heading := re.match(r"(#+) (.*)", block):
        level = len(heading[1])
        return f"<h{level}>{_inline(heading[2])}</h{level}>"
    if block.startswith("    "):
        return f"<pre>{html.escape(re.sub(r'^    ', '', block, flags=re.MULTILINE))}</pre>"
    if block.startswith("|"):
        return _table(block.splitlines())
    if item := re.match(r"(\d+\.|\*) ", block):
        tag = "ul" if item[1] == "*" else "ol"
        items = re.split(r"^(?:\d+\.|\*) ", block, flags=re.MULTILINE)[1:]
        inner = "".join(f"<li>{_inline(_joined(text))}</li>" for text in items)
        return f"<{tag}>{inner}</{tag}>"
    return f"<p>{_inline(_joined(block))}</p>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    head = "".join(f"<th>{_inline(cell)}</th>" for cell in rows[0])
    body = "".join(
        f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in rows[2:]
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _joined(text: str) -> str:
    """One line; between Chinese characters without a space."""
    text = re.sub(r"(?<=[^\x00-\x7f])\n\s*(?=[^\x00-\x7f])", "", text.strip())
    return re.sub(r"\s*\n\s*", " ", text)


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(
        f"<code>{part[1:-1]}</code>" if part.startswith("`") else _marked(part) for part in parts
    )


def _marked(text: str) -> str:
    text = re.sub(r"!\[([^\]]*)\]\(([^)]+)\)", _picture, text)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", _link, text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)


def _picture(found: re.Match) -> str:
    """Those of the addon; others stay in the repository."""
    alt, path = found[1], found[2].rpartition("/static/handbook/")[2]
    return f'<img src="../{path}" alt="{alt}">' if "/" in path and ".." not in path else ""


def _link(found: re.Match) -> str:
    """Pages beside this one, and addresses; of others, the words."""
    words, target = found[1], found[2]
    page = re.fullmatch(r"(\w+)\.md(#.*)?", target)
    if page:
        return f'<a href="{page[1]}.html{page[2] or ""}">{words}</a>'
    return f'<a href="{target}">{words}</a>' if target.startswith("https://") else words
