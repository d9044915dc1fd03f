"""Charts as data: small builders of ECharts options, and the panel that holds picture and table.

Colours are named, not spelled: ``"c1"`` … ``"c6"``, ``"c0"``, ``"seq-1"`` … ``"seq-6"``, ``"ink"``,
``"axis"``, ``"surface"`` … are resolved by ``charts.js`` from the tokens of the present theme. Number formats
are ``"gz:money"``, ``"gz:number"``, ``"gz:percent"`` (of a fraction) and ``"gz:wan"`` (万, for axes
only). A data item may carry ``"url"``: clicking it goes there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Option = dict[str, Any]
Value = Decimal | float | int | None
_UNSAFE = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


class _Numbers(DjangoJSONEncoder):
    """A Decimal is drawn, not booked: as a JSON number."""

    def default(self, o: Any) -> Any:  # noqa: ANN401 - the encoder's protocol
        return float(o) if isinstance(o, Decimal) else super().default(o)


def option_json(option: Mapping[str, Any]) -> SafeString:
    """The option as JSON that may stand inside a script element."""
    text = json.dumps(option, cls=_Numbers, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_UNSAFE))  # noqa: S308 - <, > and & are escaped just now


def chart_markup(
    chart_id: str, title: str, option: Mapping[str, Any] | str, table: str, meta: str, h: str
) -> SafeString:
    """The panel: heading, 图/表 switch, the picture's data, and the table with the same numbers."""
    data = option if isinstance(option, str) else option_json(option)
    context = {
        "id": chart_id,
        "title": title,
        "data": data,
        "table": table,
        "meta": meta,
        "h": h,
    }
    return render_to_string("web/chart.html", context)


def point(value: Value, url: str = "", **more: Any) -> Option:  # noqa: ANN401 - ECharts item options
    """One data item, with the address its click opens."""
    item: Option = {"value": value, **more}
    return {**item, "url": url} if url else item


def bars(
    names: Sequence[str],
    values: Sequence[Value | Option],
    *,
    colour: str = "c1",
    unit: str = "",
    fmt: str = "gz:number",
    horizontal: bool = False,
    labels: bool = True,
) -> Option:
    """One series of bars from zero."""
    category: Option = {"type": "category", "data": list(names), "axisTick": {"show": False}}
    amount: Option = {
        "type": "value",
        "name": unit,
        "min": 0,
        "axisLabel": {"formatter": _axis(fmt)},
    }
    if horizontal:
        category["inverse"] = True
        amount["name"] = ""
    series: Option = {
        "type": "bar",
        "barMaxWidth": 34,
        "barCategoryGap": "32%",
        "itemStyle": {"color": colour},
        "data": list(values),
        "label": {
            "show": labels,
            "position": "right" if horizontal else "top",
            "formatter": fmt,
            "color": "ink-2",
        },
    }
    return {
        "tooltip": {
            "trigger": "axis",
            "axisPointer": {"type": "shadow"},
            "valueFormatter": fmt,
        },
        "xAxis": amount if horizontal else category,
        "yAxis": category if horizontal else amount,
        "series": [series],
    }


def stacked(
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[Value | Option], str]],
    *,
    unit: str = "",
    fmt: str = "gz:number",
) -> Option:
    """Bars of several series on top of each other: ``(name, values, colour)``."""
    return {
        "legend": {},
        "tooltip": {
            "trigger": "axis",
            "axisPointer": {"type": "shadow"},
            "valueFormatter": fmt,
        },
        "xAxis": {"type": "category", "data": list(names), "axisTick": {"show": False}},
        "yAxis": {"type": "value", "name": unit, "axisLabel": {"formatter": _axis(fmt)}},
        "series": [
            {
                "type": "bar",
                "stack": "all",
                "name": name,
                "data": list(values),
                "barMaxWidth": 38,
                "itemStyle": {"color": colour, "borderColor": "surface", "borderWidth": 1},
            }
            for name, values, colour in series
        ],
    }


def lines(
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[Value], str]],
    *,
    unit: str = "",
    fmt: str = "gz:number",
) -> Option:
    """Lines over time; an unknown month is a gap, not a zero."""
    return {
        "legend": {"show": len(series) > 1},
        "tooltip": {"trigger": "axis", "valueFormatter": fmt},
        "xAxis": {"type": "category", "data": list(names), "boundaryGap": False},
        "yAxis": {"type": "value", "name": unit, "axisLabel": {"formatter": _axis(fmt)}},
        "series": [
            {
                "type": "line",
                "name": name,
                "data": list(values),
                "symbol": "circle",
                "symbolSize": 6,
                "lineStyle": {"color": colour, "width": 2},
                "itemStyle": {"color": colour},
                "connectNulls": False,
            }
            for name, values, colour in series
        ],
    }


def pareto(
    names: Sequence[str],
    values: Sequence[Value | Option],
    cumulative: Sequence[Value],
    *,
    unit: str = "",
    share_label: str = "",
    fmt: str = "gz:money",
) -> Option:
    """Sorted bars and the line of their cumulative share (fractions)."""
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "grid": {"top": 34},
        "xAxis": {
            "type": "category",
            "data": list(names),
            "axisLabel": {"interval": 0, "rotate": 50},
        },
        "yAxis": [
            {
                "type": "value",
                "name": unit,
                "min": 0,
                "splitNumber": 3,
                "axisLabel": {"formatter": _axis(fmt)},
            },
            {
                "type": "value",
                "name": share_label,
                "min": 0,
                "max": 1,
                "splitNumber": 2,
                "splitLine": {"show": False},
                "axisLabel": {"formatter": "gz:percent0"},
            },
        ],
        "series": [
            {
                "type": "bar",
                "name": unit,
                "data": list(values),
                "barCategoryGap": "28%",
                "itemStyle": {"color": "c1"},
                "tooltip": {"valueFormatter": fmt},
            },
            {
                "type": "line",
                "name": share_label,
                "yAxisIndex": 1,
                "data": list(cumulative),
                "symbol": "circle",
                "symbolSize": 6,
                "lineStyle": {"color": "c2", "width": 2},
                "itemStyle": {"color": "c2"},
                "tooltip": {"valueFormatter": "gz:percent"},
            },
        ],
    }


def treemap(nodes: Sequence[Mapping[str, Any]], *, fmt: str = "gz:money") -> Option:
    """Areas by amount: ``{"name", "value", "colour", "url", "children"}``, at most three levels."""
    return {
        "tooltip": {"valueFormatter": fmt},
        "series": [
            {
                "type": "treemap",
                "roam": False,
                "nodeClick": False,
                "left": 12,
                "right": 12,
                "top": 10,
                "bottom": 10,
                "breadcrumb": {"show": False},
                "visibleMin": 40,
                "itemStyle": {"borderColor": "surface", "borderWidth": 1, "gapWidth": 1},
                "label": {"show": True, "fontSize": 12, "overflow": "truncate"},
                "upperLabel": {"show": True, "height": 22, "fontWeight": 600},
                "levels": [
                    {
                        "itemStyle": {"gapWidth": 3, "borderWidth": 0},
                        "upperLabel": {"show": False},
                    },
                    {},
                    {},
                ],
                "data": [_node(node, "c0") for node in nodes],
            }
        ],
    }


def _node(node: Mapping[str, Any], colour: str) -> Option:
    own = str(node.get("colour", colour))
    item: Option = {
        "name": node["name"],
        "value": node["value"],
        "itemStyle": {"color": own},
        "label": {"color": f"on-{own}"},
        "upperLabel": {"color": f"on-{own}"},
    }
    if node.get("url"):
        item["url"] = node["url"]
    if node.get("children"):
        item["children"] = [_node(child, own) for child in node["children"]]
        item["itemStyle"] = {"borderColor": own, "color": own}
    return item


def heat(
    across: Sequence[str],
    down: Sequence[str],
    cells: Sequence[tuple[int, int, int, str, str]],
    *,
    tip: Sequence[str] = (),
) -> Option:
    """Cells ``(column, row, step 0–6, text, url)``: darkness by step, the text inside; 0 is empty."""
    tips = list(tip) or [cell[3] for cell in cells]
    return {
        "grid": {"left": 8, "right": 12, "top": 8, "bottom": 4},
        "xAxis": {
            "type": "category",
            "data": list(across),
            "splitLine": {"show": False},
            "axisLine": {"show": False},
        },
        "yAxis": {
            "type": "category",
            "data": list(down),
            "inverse": True,
            "splitLine": {"show": False},
            "axisLine": {"show": False},
        },
        "visualMap": {"show": False, "seriesIndex": 9},
        "series": [
            {
                "type": "heatmap",
                "tooltip": {"formatter": "gz:tip"},
                "data": [
                    {
                        "value": [x, y, step],
                        "url": url,
                        "tip": told,
                        "itemStyle": {
                            "color": f"seq-{step}" if step else "sunken",
                            "borderColor": "surface",
                            "borderWidth": 2,
                        },
                        "label": {
                            "show": True,
                            "formatter": text,
                            "fontSize": 12,
                            "color": f"on-seq-{step}" if step else "ink-3",
                        },
                    }
                    for (x, y, step, text, url), told in zip(cells, tips, strict=True)
                ],
            }
        ],
    }


def sankey(
    left: Sequence[tuple[str, str, str, Value]],
    right: Sequence[tuple[str, str, str, Value]],
    links: Sequence[tuple[str, str, Value, str]],
) -> Option:
    """Who moved: nodes ``(id, label, colour, count)`` on both sides, links ``(from, to, count, url)``."""
    colours = {node[0]: node[2] for node in (*left, *right)}
    same = {node[0]: node[1] for node in (*left, *right)}
    nodes = [
        {
            "name": key,
            "itemStyle": {"color": colour, "borderWidth": 0},
            "label": {
                "position": side,
                "color": "ink",
                "fontSize": 12,
                "formatter": f"{label}  {count}",
            },
        }
        for side, group in (("left", left), ("right", right))
        for key, label, colour, count in group
    ]
    return {
        "tooltip": {"formatter": "gz:tip"},
        "series": [
            {
                "type": "sankey",
                "left": 84,
                "right": 84,
                "top": 10,
                "bottom": 10,
                "nodeGap": 9,
                "nodeWidth": 12,
                "layoutIterations": 0,
                "draggable": False,
                "emphasis": {"focus": "adjacency"},
                "data": nodes,
                "links": [
                    {
                        "source": source,
                        "target": target,
                        "value": count,
                        "url": url,
                        "tip": f"{same[source]} → {same[target]}: {count}",
                        "lineStyle": {
                            "color": colours[source],
                            "curveness": 0.5,
                            "opacity": 0.18 if same[source] == same[target] else 0.5,
                        },
                    }
                    for source, target, count, url in links
                ],
            }
        ],
    }


def _axis(fmt: str) -> str:
    """Axes may shorten to 万; tables and labels never do."""
    return {"gz:money": "gz:wan", "gz:percent": "gz:percent0"}.get(fmt, fmt)
