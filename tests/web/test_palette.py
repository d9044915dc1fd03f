"""The colours: every contrast promised in tokens.css is computed, and the classes stay apart for every eye."""

import itertools
import math
import re
from pathlib import Path

import pytest

import guanzhang

STATIC = Path(guanzhang.__file__).parent / "web" / "static" / "gz"
PAPER = ("canvas", "surface", "sunken", "hover", "selected")
TEXT = ("ink", "ink-2", "ink-3", "teal", "red")
CLASSES = ("c1", "c2", "c3", "c4", "c5", "c6")


def tokens(name):
    text = (STATIC / name).read_text(encoding="utf-8")
    return {
        k: v.upper() for k, v in re.findall(r"--gz-([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})", text)
    }


LIGHT = tokens("tokens.css")
DARK = {**LIGHT, **tokens("tokens-dark.css")}
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def linear(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def luminance(colour):
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_is_right():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_dark_has_every_colour_of_light():
    assert set(tokens("tokens-dark.css")) == {
        k for k in LIGHT if not k.startswith("on-cover")
    } | {"on-cover", "on-cover-2"}


@THEMES
@pytest.mark.parametrize("paper", PAPER)
@pytest.mark.parametrize("ink", TEXT)
def test_text_on_every_paper(theme, ink, paper):
    assert contrast(theme[ink], theme[paper]) >= 4.5, f"{ink} on {paper}"


@THEMES
@pytest.mark.parametrize("name", ["red", "amber", "green", "blue", "teal"])
def test_text_on_its_tint(theme, name):
    assert contrast(theme[name], theme[f"{name}-tint"]) >= 4.5
    assert contrast(theme["ink"], theme[f"{name}-tint"]) >= 4.5


@THEMES
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("on-teal", "teal-solid"),
        ("on-teal", "teal-solid-2"),
        ("on-red", "red-solid"),
        ("surface", "ink"),
        ("surface", "ink-2"),
        ("ink", "mark"),
        ("ink-2", "mark"),
        ("on-seal", "seal"),
        ("on-cover", "cover"),
        ("on-cover-2", "cover"),
        *((f"on-{c}", c) for c in (*CLASSES, "c0")),
        *((f"on-seq-{n}", f"seq-{n}") for n in range(1, 7)),
    ],
)
def test_text_on_solid_ground(theme, text, ground):
    assert contrast(theme[text], theme[ground]) >= 4.5


@THEMES
@pytest.mark.parametrize("edge", ["line-ctl", "focus", "teal-solid", "axis", *CLASSES, "c0"])
def test_controls_rings_and_marks_of_charts(theme, edge):
    for paper in ("surface", "sunken"):
        assert contrast(theme[edge], theme[paper]) >= 3, f"{edge} on {paper}"


@THEMES
def test_the_sequence_is_monotone(theme):
    steps = [luminance(theme[f"seq-{n}"]) for n in range(1, 7)]
    assert steps == sorted(steps, reverse=theme is LIGHT)


# --- any two classes stay apart, in normal sight and for protan, deutan and tritan eyes (CIEDE2000 >= 18) ---
# Machado, Oliveira, Fernandes 2009, severity 1.0.
EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def lab(colour, eye):
    rgb = linear(colour)
    r, g, b = (min(1, max(0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in eye)
    x, y, z = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    fx, fy, fz = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def ciede2000(first, second):
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    dl, dc = l2 - l1, c2 - c1
    dh = 0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dhh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    hm = h1 + h2 if c1 * c2 == 0 else (h1 + dh / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(hm - 30))
        + 0.24 * math.cos(math.radians(2 * hm))
        + 0.32 * math.cos(math.radians(3 * hm + 6))
        - 0.20 * math.cos(math.radians(4 * hm - 63))
    )
    sl = 1 + 0.015 * (lm - 50) ** 2 / math.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rt = (
        -2
        * math.sqrt(cm**7 / (cm**7 + 25**7))
        * math.sin(math.radians(60 * math.exp(-(((hm - 275) / 25) ** 2))))
    )
    return math.sqrt(
        (dl / sl) ** 2 + (dc / sc) ** 2 + (dhh / sh) ** 2 + rt * dc / sc * dhh / sh
    )


def test_the_distance_is_ciede2000():
    # Sharma, Wu, Dalal 2005, pairs 1 and 25 of their table.
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(
        2.0425, abs=1e-4
    )
    assert ciede2000(
        (60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387)
    ) == pytest.approx(1.2644, abs=1e-4)


@THEMES
@pytest.mark.parametrize("eye", EYES)
def test_any_two_classes_stay_apart(theme, eye):
    for one, other in itertools.combinations(CLASSES, 2):
        distance = ciede2000(lab(theme[one], EYES[eye]), lab(theme[other], EYES[eye]))
        assert distance >= 18, f"{one} and {other}: {distance:.1f}"


def test_colours_are_spelled_in_the_token_files_only():
    for path in [*STATIC.glob("*.css"), *STATIC.glob("*.js")]:
        if not path.name.startswith("tokens"):
            found = re.findall(
                r"#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?\b(?!-)", path.read_text(encoding="utf-8")
            )
            assert not [c for c in found if re.search(r"\d|[A-F]{3}", c) and c != "#000"], (
                path.name
            )
    templates = STATIC.parent.parent / "templates"
    for path in templates.rglob("*.html"):
        assert not re.search(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8")), path.name
