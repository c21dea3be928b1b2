"""Rows of text as one aligned table."""


def render(header, rows):
    """The first and the last column to the left, numbers between them to the right."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    ruler = ["-" * width for width in widths]
    return "\n".join(_line(line, widths) for line in (header, ruler, *rows))


def _line(cells, widths):
    last = len(cells) - 1
    aligned = [
        cell.ljust(width) if column in (0, last) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(aligned).rstrip()
