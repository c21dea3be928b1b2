"""Makes the files of the dashboards of their description, for ``./dev dashboards``. Ids follow from
the description, so that a change shows as one."""

import json
import uuid
from pathlib import Path

from . import description

FOLDER = Path(__file__).parent / "data" / "files"
VERSION = "18.5.10"
NAMESPACE = uuid.UUID("6d2f1f3c-0c5b-4f0e-9b3e-2f0f5c1f7a11")
# Pixels.
WIDTH, GAP, CARD_HEIGHT, CHART_HEIGHT, ROW = 1000, 12, 101, 320, 23
MOST_CARDS = 4
GOOD, BAD = "#00A04A", "#DC6965"
# As wide as the figures, so that the page stands in the middle. Of pivots the first column names
# what the others count, long names of rules where these are states; lists begin with a day.
COLUMNS = {
    "pivot": (260, 140, 110, 150, 190, 150),
    "states": (320, 120, 110, 160, 160, 130),
    "list": (120, 280, 150, 150, 150, 150),
}
LETTERS = "ABCDEF"
STYLES = {
    "1": {"textColor": "#01666b", "bold": True, "fontSize": 16},
    "2": {"bold": True, "fontSize": 11, "textColor": "#434343"},
    # Days would stand on the right.
    "3": {"align": "left"},
    # Above numbers.
    "4": {"bold": True, "fontSize": 10, "textColor": "#434343", "align": "right"},
}
# Core fills names of what columns are grouped by with spaces up to the right end, unless their
# cells have a format.
FORMATS = {"1": "@"}
LOCALE = {
    "name": "English (US)",
    "code": "en_US",
    "thousandsSeparator": ",",
    "decimalSeparator": ".",
    "dateFormat": "mm/dd/yyyy",
    "timeFormat": "hh:mm:ss",
    "formulaArgSeparator": ",",
    "weekStart": 7,
}


def files():
    """The content of each file by its name."""
    return {
        f"{board.code}_dashboard.json": text(Builder(board).data())
        for board in description.DASHBOARDS
    }


def text(data):
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def write():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
    return sorted(files())


class Builder:
    """One dashboard as a spreadsheet: a sheet that is seen, and one with what its cards tell."""

    def __init__(self, board):
        self.board = board
        self.figures, self.cells, self.styles = [], {}, {}
        self.helper = {}
        self.pivots, self.lists, self.menus = {}, {}, {}

    def data(self):
        self._cards()
        number = len(self.board.cards)
        lines = -(-number // _abreast(number))
        bottom = self._charts(GAP + lines * (CARD_HEIGHT + GAP))
        last = self._tables(bottom // ROW + 2)
        sheets = [
            _sheet("dashboard", "Dashboard", self.cells, self.figures, self.styles, max(last, 40))
            | {
                "cols": _columns(self._kind()),
                "colNumber": len(LETTERS),
                "formats": {cell: 1 for cell, style in self.styles.items() if style == 4},
            },
            _sheet("data", "Data", self.helper, [], {}, max(len(self.board.cards) + 1, 20)),
        ]
        return {
            "version": VERSION,
            "sheets": sheets,
            "styles": STYLES,
            "formats": FORMATS,
            "borders": {},
            "revisionId": "START_REVISION",
            "uniqueFigureIds": True,
            "settings": {"locale": LOCALE},
            "pivots": self.pivots,
            "pivotNextId": len(self.pivots) + 1,
            "customTableStyles": {},
            "globalFilters": [self._filter(one) for one in self.board.filters],
            "lists": self.lists,
            "listNextId": len(self.lists) + 1,
            "chartOdooMenusReferences": self.menus,
        }

    def _kind(self):
        """Which ``COLUMNS`` the sheet has."""
        if self.lists:
            return "list"
        return "states" if any(pivot["columns"] for pivot in self.pivots.values()) else "pivot"

    # Filters

    def _id(self, *names):
        return str(uuid.uuid5(NAMESPACE, "/".join((self.board.code, *names))))

    def _filter(self, one):
        found = {"id": self._id("filter", one.label), "label": one.label}
        if not one.model:
            return {**found, "type": "date", "defaultValue": one.default}
        return {
            **found,
            "type": "relation",
            "modelName": one.model,
            "defaultValueDisplayNames": [],
        }

    def _matching(self, model, offset=0):
        matching = {}
        for one in self.board.filters:
            if model not in one.chains:
                continue
            found = {"chain": one.chains[model], "type": "many2one" if one.model else "date"}
            if not one.model:
                found["offset"] = offset
            matching[self._id("filter", one.label)] = found
        return matching

    # Figures

    def _figure(self, title, size, offset, data):
        width, height = size
        figure_id = self._id("figure", title)
        self.figures.append(
            {
                "id": figure_id,
                "width": width,
                "height": height,
                "tag": "chart",
                "data": {
                    "title": {"text": title, "bold": True, "color": "#434343"},
                    "background": "#FFFFFF",
                    **data,
                    "chartId": figure_id,
                },
                "offset": {"x": offset[0], "y": offset[1]},
                "col": 0,
                "row": 0,
            }
        )
        return figure_id

    def _cards(self):
        abreast = _abreast(len(self.board.cards))
        width = (WIDTH - GAP * (abreast - 1)) // abreast
        for place, card in enumerate(self.board.cards):
            row = place + 1
            self.helper[f"A{row}"] = f'=_t("{card.title}")'
            self.helper[f"B{row}"] = self._value(card)
            data = {
                "type": "scorecard",
                "background": "#EFF6FF",
                "keyValue": f"Data!B{row}",
                "humanize": True,
                "baselineColorDown": BAD if card.good else GOOD,
                "baselineColorUp": GOOD if card.good else BAD,
                "baselineMode": card.compared or "text",
            }
            if card.compared:
                self.helper[f"C{row}"] = self._value(card, offset=-1)
                data |= {
                    "baseline": f"Data!C{row}",
                    "baselineDescr": {"text": "since last period"},
                }
            line = GAP + place // abreast * (CARD_HEIGHT + GAP)
            offset = place % abreast * (width + GAP), line
            figure_id = self._figure(card.title, (width, CARD_HEIGHT), offset, data)
            self.menus[figure_id] = card.menu

    def _value(self, card, offset=0):
        number = self._pivot(card.title, card.model, (), (), (card.measure,), card.domain, offset)
        return f'=IFERROR(PIVOT.VALUE({number},"{card.measure}"),0)'

    def _charts(self, top):
        width = (WIDTH - GAP) // 2
        for place, chart in enumerate(self.board.charts):
            offset = place % 2 * (width + GAP), top + place // 2 * (CHART_HEIGHT + GAP)
            data = {
                "type": f"odoo_{chart.kind}",
                # Of one kind of bars, it says nothing that the title does not.
                "legendPosition": "bottom" if len(chart.group_by) > 1 else "none",
                "metaData": {
                    "groupBy": list(chart.group_by),
                    "measure": chart.measure,
                    # Days and names keep theirs, single bars stand by their height.
                    "order": None if len(chart.group_by) > 1 else "DESC",
                    "resModel": chart.model,
                    "mode": chart.kind,
                    "cumulatedStart": False,
                },
                "searchParams": {
                    "comparison": None,
                    "context": {},
                    "domain": _domain(chart.domain),
                    "groupBy": list(chart.group_by),
                    "orderBy": [],
                },
                "dataSets": [],
                "verticalAxisPosition": "left",
                "stacked": chart.kind == "bar",
                "fieldMatching": self._matching(chart.model),
                "actionXmlId": description.ACTIONS[chart.model],
            }
            self._figure(chart.title, (width, CHART_HEIGHT), offset, data)
        lines = (len(self.board.charts) + 1) // 2
        return top + lines * (CHART_HEIGHT + GAP)

    # Tables

    def _tables(self, row):
        for table in self.board.tables:
            view = "list" if isinstance(table, description.Records) else "pivot"
            self.styles[f"A{row}"] = 1
            if view == "list":
                number = self._records(table, row + 1)
            else:
                # The title stands above it, where it is translated.
                number = self._pivot(
                    "\u00a0",
                    table.model,
                    table.rows,
                    table.columns,
                    table.measures,
                    table.domain,
                    sort=table.sort,
                )
                self.cells[f"A{row + 1}"] = _pivot_formula(number, table)
                self.styles |= {f"{letter}{row + 1}": 4 for letter in LETTERS[1:]}
            self.cells[f"A{row}"] = _link(table, {view: number})
            row += table.limit + 4
        return row

    def _records(self, table, row):
        number = str(len(self.lists) + 1)
        self.lists[number] = {
            "id": number,
            "name": table.title,
            "model": table.model,
            "columns": list(table.fields),
            "domain": _domain(table.domain),
            "context": {},
            "orderBy": [{"name": name, "asc": asc} for name, asc in table.order],
            "fieldMatching": self._matching(table.model),
            "actionXmlId": description.ACTIONS[table.model],
        }
        for place, name in enumerate(table.fields):
            column = LETTERS[place]
            self.cells[f"{column}{row}"] = f'=ODOO.LIST.HEADER({number},"{name}")'
            self.styles[f"{column}{row}"] = 2
            for line in range(1, table.limit + 1):
                self.cells[f"{column}{row + line}"] = f'=ODOO.LIST({number},{line},"{name}")'
                self.styles[f"{column}{row + line}"] = 3
        return number

    def _pivot(self, name, model, rows, columns, measures, domain, offset=0, sort=""):
        number = str(len(self.pivots) + 1)
        found = {
            "type": "ODOO",
            "id": number,
            "formulaId": number,
            "name": name,
            "model": model,
            "domain": _domain(domain),
            "context": {},
            "rows": [{"fieldName": one} for one in rows],
            "columns": [{"fieldName": one} for one in columns],
            "measures": [_measure(one) for one in measures],
            "fieldMatching": self._matching(model, offset),
            "actionXmlId": description.ACTIONS[model],
        }
        if sort:
            found["sortedColumn"] = {"measure": sort, "order": "desc", "domain": []}
        self.pivots[number] = found
        return number


def _abreast(number):
    """Cards in a line."""
    return number if number <= MOST_CARDS else -(-number // 2)


def _pivot_formula(number, table):
    # One line says what the columns are: states or, where there is only a total, the measures.
    rest = f",TRUE,TRUE,{len(LETTERS) - 1},FALSE" if table.columns else ",FALSE,FALSE"
    return f"=PIVOT({number},{table.limit}{rest})"


def _measure(name):
    field_name, _colon, aggregator = name.partition(":")
    found = {"id": name, "fieldName": field_name}
    return {**found, "aggregator": aggregator} if aggregator else found


def _domain(conditions):
    return [list(one) for one in conditions]


def _link(table, source):
    """The title of a table, which opens all its records.

    :param source: kind → number of what fills the table, for ``opening.js``, which heeds filters
    """
    action = {
        "xmlId": description.ACTIONS[table.model],
        "domain": _domain(table.domain),
        "context": {},
        "modelName": table.model,
        "views": [[False, "list"], [False, "search"]],
    }
    target = {"viewType": "list", "action": action, "name": table.title, "source": source}
    return f"[{table.title}](odoo://view/{json.dumps(target)})"


def _columns(kind):
    return {str(place): {"size": size} for place, size in enumerate(COLUMNS[kind])}


def _sheet(sheet_id, name, cells, figures, styles, rows):
    return {
        "id": sheet_id,
        "name": name,
        "colNumber": 10,
        "rowNumber": rows,
        "rows": {},
        "cols": _columns("pivot"),
        "merges": [],
        "cells": cells,
        "styles": styles,
        "formats": {},
        "borders": {},
        "conditionalFormats": [],
        "dataValidationRules": [],
        "figures": figures,
        "tables": [],
        "areGridLinesVisible": False,
        "isVisible": True,
        "headerGroups": {"ROW": [], "COL": []},
        "comments": {},
    }
