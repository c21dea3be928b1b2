"""What `./dev lint` finds wrong in the Dockerfile; no image is built."""

import re

from .paths import ODOO_SERIES, ROOT

# Each with what would go wrong without it.
WANTED = {
    rf"^FROM odoo:{re.escape(ODOO_SERIES)}$": f"begins with the official image of {ODOO_SERIES}",
    r"--no-install-recommends": "installs what is needed only",
    r"rm -rf /var/lib/apt/lists/\*": "leaves no package lists in the image",
    r"python3-pandas": "brings pandas along",
    r"^COPY .* /mnt/extra-addons/$": "puts the addons where Odoo looks for them",
    r"^USER odoo\s*\Z": "ends as a user without rights",
}
INSTRUCTIONS = {"FROM", "USER", "RUN", "COPY", "ENV", "ARG", "WORKDIR", "EXPOSE", "LABEL"}


def wrong_dockerfile() -> str:
    """Sentences on what is wrong, or nothing."""
    text = (ROOT / "Dockerfile").read_text()
    code = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip() + "\n"
    found = [
        f"Dockerfile: nothing that {reason}"
        for pattern, reason in WANTED.items()
        if not re.search(pattern, code, re.MULTILINE)
    ]
    for line in re.sub(r"\\\n", " ", code).splitlines():
        if line.strip() and line.split()[0] not in INSTRUCTIONS:
            found.append(f"Dockerfile: {line.split()[0]} is no instruction used here")
    ignored = (ROOT / ".dockerignore").read_text().split()
    if "*" not in ignored or "!customer_tiering*/" not in ignored:
        found.append(".dockerignore: only the addons go into the image")
    return "\n".join(found)
