"""Colours that can be told apart: on their background, as words, and by red-green-blind eyes."""

import itertools

import numpy as np
import pytest

from components.runtime.theme import THEMES, contrast, palette

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
PROTAN = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
DEUTAN = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
NORMAL = np.eye(3)
EYES = {"normal": NORMAL, "protan": PROTAN, "deutan": DEUTAN}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def seen(colour: str, eye: np.ndarray) -> np.ndarray:
    """A colour in CIELAB as an eye sees it."""
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(eye @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """CIEDE2000 (Sharma, Wu & Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    if turn == -180:
        turn = 180.0
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    if c1 * c2 == 0:
        hue = h1 + h2
    elif abs(h1 - h2) <= 180:
        hue = (h1 + h2) / 2
    else:
        hue = (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    sl = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotation = -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))) * 2
    rotation *= np.sqrt(chroma**7 / (chroma**7 + 25**7))
    parts = ((l2 - l1) / sl, (c2 - c1) / sc, dh / sh)
    return float(np.sqrt(sum(p * p for p in parts) + rotation * parts[1] * parts[2]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [  # rows 1, 7, 17 and 25 of Sharma, Wu & Dalal (2005), table 1
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_distance_agrees_with_the_published_pairs(one, other, expected):
    assert distance(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


def test_contrast_agrees_with_the_standard():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)  # W3C's own example


@pytest.fixture(params=THEMES)
def colours(request):
    """The palette of each theme."""
    return palette(request.param)


def test_series_stand_out_from_the_background(colours):
    weak = [
        (colour, round(contrast(colour, ground), 2))
        for colour in colours.categorical
        for ground in (colours.background, colours.panel)
        if contrast(colour, ground) < 3
    ]
    assert not weak


def test_words_can_be_read(colours):
    inks = {n: getattr(colours, n) for n in ("text", "muted", "good", "bad", "warning")}
    weak = {
        (name, ground): round(contrast(ink, ground), 2)
        for name, ink in inks.items()
        for ground in (colours.background, colours.panel)
        if contrast(ink, ground) < 4.5
    }
    assert not weak


def test_white_can_be_read_on_the_primary_button(colours):
    assert contrast("#FFFFFF", colours.primary) >= 4.5


def test_neighbours_are_apart_for_every_eye(colours):
    ring = [*colours.categorical, colours.categorical[0]]
    near = [
        (one, other, eye, round(distance(seen(one, matrix), seen(other, matrix)), 1))
        for one, other in itertools.pairwise(ring)
        for eye, matrix in EYES.items()
        if distance(seen(one, matrix), seen(other, matrix)) < 12
    ]
    assert not near


def test_the_first_six_series_are_apart_for_every_eye(colours):
    near = [
        (one, other, eye, round(distance(seen(one, matrix), seen(other, matrix)), 1))
        for one, other in itertools.combinations(colours.categorical[:6], 2)
        for eye, matrix in EYES.items()
        if distance(seen(one, matrix), seen(other, matrix)) < 12
    ]
    assert not near


def test_sequential_colours_run_steadily_from_the_background(colours):
    steps = [contrast(colour, colours.background) for colour in colours.sequential]
    assert steps == sorted(steps)
    assert len(set(colours.sequential)) == 10


def test_diverging_colours_are_weakest_in_the_middle_and_differ_in_hue_for_every_eye(colours):
    weight = [contrast(colour, colours.background) for colour in colours.diverging]
    assert weight[:5] == sorted(weight[:5], reverse=True)
    assert weight[5:] == sorted(weight[5:])
    for matrix in EYES.values():
        ends = (seen(colours.diverging[0], matrix), seen(colours.diverging[-1], matrix))
        assert distance(*ends) > 20


def test_good_and_bad_are_apart_for_every_eye(colours):
    for matrix in EYES.values():
        assert distance(seen(colours.good, matrix), seen(colours.bad, matrix)) > 12
