"""The words that contracts are written in: one for each sort of column."""

from __future__ import annotations

from data.contracts.schema import Choice, Column, Kind


def column(kind: Kind, name: str, label: str, **more: object) -> Column:
    """A column of any kind."""
    return Column(name=name, kind=kind, label=label, **more)  # type: ignore[arg-type]


def key(name: str, label: str, kind: Kind = Kind.TEXT) -> Column:
    """A part of the key, which every row must have."""
    return column(kind, name, label, required=True)


def text(name: str, label: str, *, personal: bool = False, required: bool = False) -> Column:
    """A text."""
    return column(Kind.TEXT, name, label, personal=personal, required=required)


def phone(name: str, label: str, *, required: bool = False) -> Column:
    """A phone number."""
    return column(Kind.PHONE, name, label, personal=True, required=required)


def choice(name: str, label: str, values: tuple[Choice, ...], *, required: bool = False) -> Column:
    """One of some values."""
    return column(Kind.CHOICE, name, label, choices=values, required=required)


def count(name: str, label: str, unit: str = "", *, high: float | None = None) -> Column:
    """A whole number from 0 up."""
    return column(Kind.INTEGER, name, label, unit=unit, low=0, high=high)


def number(name: str, label: str, unit: str = "", *, high: float | None = None) -> Column:
    """A number from 0 up."""
    return column(Kind.NUMBER, name, label, unit=unit, low=0, high=high)


def money(name: str, label: str, *, required: bool = False) -> Column:
    """An amount in yuan, not negative."""
    return column(Kind.MONEY, name, label, unit="CNY", low=0, required=required)


def flag(name: str, label: str) -> Column:
    """A yes or a no."""
    return column(Kind.FLAG, name, label)


def at(name: str, label: str, *, required: bool = False) -> Column:
    """An instant."""
    return column(Kind.INSTANT, name, label, required=required)


def on(name: str, label: str, *, required: bool = False) -> Column:
    """A local day."""
    return column(Kind.DAY, name, label, required=required)


CAMPUS = text("campus_id", "校区编号", required=True)
