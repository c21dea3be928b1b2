"""Compares and merges translation files. Runs in the lint tools' environment, for polib.

po_files write EXPORTED.pot I18N_FOLDER
po_files stale EXPORTED.pot I18N_FOLDER
po_files incomplete I18N_FOLDER
"""

import sys
from pathlib import Path

import polib

# What every addon is translated into.
LANGUAGES = {"zh_CN": "nplurals=1; plural=0;"}


def write(exported: Path, folder: Path) -> list[str]:
    """Put a new template in ``folder`` if its terms or their places changed, then merge."""
    new = _sorted(polib.pofile(str(exported)))
    if not new:
        return []
    folder.mkdir(exist_ok=True)
    target = _template(folder)
    new.wrapwidth = 78
    if not target.exists() or _content(polib.pofile(str(target))) != _content(new):
        new.save(str(target))
    said = [f"{target.parent.parent.name}: {len(new)} terms"]
    for language in LANGUAGES:
        _begin(folder / f"{language}.po", new)
    for file in sorted(folder.glob("*.po")):
        translation = polib.pofile(str(file), wrapwidth=78)
        before = str(translation)
        _merge(translation, new)
        if str(translation) != before:
            translation.save()
        said.append(f"{file.name}: {len(translation.untranslated_entries())} untranslated")
    return said


def stale(exported: Path, folder: Path) -> list[str]:
    """The terms that the template lacks, and those it has in vain."""
    target = _template(folder)
    new = _terms(polib.pofile(str(exported)))
    old = _terms(polib.pofile(str(target))) if target.exists() else set()
    found = [f"{target.name} lacks {term!r}" for term in sorted(new - old)]
    found += [f"{target.name} has in vain {term!r}" for term in sorted(old - new)]
    return [*found, "./dev pot puts it right."] if found else []


def incomplete(folder: Path) -> list[str]:
    """What is missing from, or wrong in, each translation."""
    template = _template(folder)
    wanted = _terms(polib.pofile(str(template))) if template.exists() else set()
    found = [
        f"{language}.po is not there. ./dev pot begins it."
        for language in LANGUAGES
        if wanted and not (folder / f"{language}.po").exists()
    ]
    for file in sorted(folder.glob("*.po")):
        translation = polib.pofile(str(file))
        has = _terms(translation)
        found += [f"{file.name} lacks {term!r}" for term in sorted(wanted - has)]
        found += [f"{file.name} has in vain {term!r}" for term in sorted(has - wanted)]
        found += [f"{file.name} leaves {e.msgid!r}" for e in translation.untranslated_entries()]
        found += [f"{file.name} is unsure of {e.msgid!r}" for e in translation.fuzzy_entries()]
    return found


def _begin(file: Path, template: polib.POFile) -> None:
    """A translation without any word yet, where there is none."""
    if not file.exists():
        translation = polib.POFile(wrapwidth=78)
        translation.header = template.header
        language = {"Language": file.stem, "Plural-Forms": LANGUAGES[file.stem]}
        translation.metadata = {**template.metadata, **language}
        translation.save(str(file))


def _merge(translation: polib.POFile, template: polib.POFile) -> None:
    """Take over the template's terms, keep what is translated, forget the rest."""
    translation.merge(template)
    translation[:] = [entry for entry in translation if not entry.obsolete]
    _sorted(translation)


def _template(folder: Path) -> Path:
    return folder / f"{folder.parent.name}.pot"


def _terms(file: polib.POFile) -> set[str]:
    return {entry.msgid for entry in file if not entry.obsolete}


def _content(file: polib.POFile) -> set[tuple]:
    return {(entry.msgid, entry.comment, tuple(entry.occurrences)) for entry in file}


def _sorted(file: polib.POFile) -> polib.POFile:
    file[:] = sorted(file, key=lambda entry: entry.msgid)
    return file


if __name__ == "__main__":
    action = {"write": write, "stale": stale, "incomplete": incomplete}[sys.argv[1]]
    for line in action(*map(Path, sys.argv[2:])):
        print(line)
