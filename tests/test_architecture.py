"""The layers and rooms hold: every import points down, and what one place does no other does.

app.py, edulens            entry points: they alone stand above all layers
pages                      → components, metrics, streamlit
components                 → metrics, data.scope, data.errors, data.contracts (names only)
components of WIRING       → data: they join what the layers below keep apart
metrics                    → data.facts, data.scope, data.errors
data                       → data

Inside `components` the rooms lie one over another, see `ROOMS`; screens never import each
other. Inside `metrics` families stand on foundation, kernels and models, and on another
family only where `FAMILY_NEEDS` says why.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("data", "metrics", "components", "pages")
ENTRIES = {"app.py", "data/__main__.py"}  # and all of edulens

# Components that may reach into data, and why.
WIRING = {
    "components/ask/query.py": "joins a metric to the store",
    "components/ask/bearing.py": "a look as a statement takes it",
    "components/ask/statements.py": "compiles for the store, and keeps it in the home",
    "components/ask/session.py": "who is looking",
    "components/ask/people_search.py": "the key that finds a full phone number",
    "components/ask/audit.py": "writes exports into the audit log",
    "components/frame/preparation.py": "whose first views are made while nobody looks",
    "components/frame/notice.py": "whether this is the sample institution",
    "components/frame/account.py": "the viewer's own account",
    "components/frame/account_password.py": "the change of password",
    "components/kit/account_words.py": "roles and campuses of accounts in words",
}
WIRED_FOLDERS = {
    "components/signin/": "the gate: sign-in, sessions, health",
    "components/kit/plans/": "plans that people change, through the landing zone",
    "components/screens/access/": "accounts, sessions and the audit log, managed",
    "components/screens/person/": "phones on request, notes and identity of one person",
    "components/screens/plans/": "plans that people change, through the landing zone",
    "components/screens/sources/": "import, quarantine and freshness of sources",
}
# From the ground up: a room may import those before it.
ROOMS = ("runtime", "words", "ask", "kit", "screens", "frame")
APART = {"signin": {"words", "runtime"}}
GROUND = ("foundation", "kernels", "models")
# A family → the families it may stand on, and why.
FAMILY_NEEDS = {
    "acquisition": {
        "renewal": "whether a channel's payers renew",
        "referral": "whom a channel's payers bring",
    },
    "activities": {"acquisition": "what an activity's leads earned is cohort value"},
    "leads": {
        "people": "where the person of an unpaid lead stands",
        "referral": "the last step of the whole chain is a referral",
        "renewal": "a step of the whole chain is a renewal",
    },
    "people": {
        "referral": "what a person contributed includes whom they brought",
        "spread": "a person's place in the share trees",
    },
    "referral": {"activities": "who shared takes part"},
    "service": {
        "referral": "the result level of the quality tree",
        "renewal": "the result level of the quality tree; when a completed course falls due",
    },
    "spread": {
        "acquisition": "what came by a share earned is cohort value",
        "activities": "a share belongs to an activity",
    },
    "visitors": {
        "activities": "a visitor's events are those of activities",
        "spread": "by whose share somebody without a phone can be reached",
    },
}
# What is kept by an argument that no row decides.
KEPT_BY_ARGUMENT = {"rewritten"}  # a page of Streamlit's own, by its bytes and the language
DATA_FOR_COMPONENTS = {"data.scope", "data.errors", "data.contracts"}
DATA_FOR_METRICS = {"data.facts", "data.scope", "data.errors"}
FOR_PAGES = {"components", "metrics", "streamlit", "__future__"}
BANNED_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|stuff)($|_)")
MOST_LINES, MOST_FILES = 300, 20


def files(*tops: str) -> Iterator[Path]:
    """Python files below folders of the project, or at its root."""
    for top in tops:
        path = ROOT / top
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def name_of(path: Path) -> str:
    """A file's path in the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, wherever in it, and the line."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            (argument, *_rest) = node.args
            if isinstance(argument, ast.Constant):
                yield str(argument.value), node.lineno


def within(module: str, allowed: set[str]) -> bool:
    """Whether a module is one of these or lies in one."""
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


def is_wired(name: str) -> bool:
    """Whether a component may reach into data."""
    return name in WIRING or name.startswith(tuple(WIRED_FOLDERS))


def allowed(name: str, module: str) -> bool:
    """Whether a file of the project may import a module of the project."""
    layer = name.partition("/")[0]
    if name in ENTRIES or layer == "edulens":
        return within(module, {"components", "metrics", "data", "edulens"})
    if layer == "pages":
        return within(module, {"components", "metrics"})
    if layer == "components":
        if within(module, {"components", "metrics"} | DATA_FOR_COMPONENTS):
            return True
        return is_wired(name) and within(module, {"data"})
    if layer == "metrics":
        return within(module, {"metrics"} | DATA_FOR_METRICS)
    return within(module, {"data"})


def fail_if(broken: list[str], rule: str) -> None:
    """Fail with the rule and every place that breaks it."""
    if broken:
        pytest.fail(f"{rule}:\n  " + "\n  ".join(broken), pytrace=False)


def test_imports_point_down():
    broken = [
        f"{name_of(path)}:{line} imports {module}"
        for path in files(*LAYERS, "edulens", "app.py")
        for module, line in imports(path)
        if within(module, {*LAYERS, "edulens", "tests", "benchmarks", "app"})
        and not allowed(name_of(path), module)
    ]
    fail_if(broken, "a layer may only import what lies below it, see the top of this file")


def test_the_rule_of_layers_sees_what_it_should():
    assert allowed("pages/people/person.py", "metrics.people.person.search")
    assert not allowed("pages/people/person.py", "data.scope.Filters")
    assert not allowed("components/kit/answer.py", "data.installation.process.installation")
    assert not allowed("components/kit/answer.py", "pages.people")
    assert allowed("components/ask/query.py", "data.installation.process.installation")
    assert not allowed("metrics/leads/pool.py", "data.stores.DuckDBStore")
    assert not allowed("metrics/leads/pool.py", "components.ask.query.run")
    assert not allowed("data/landing/loader.py", "metrics.foundation.units.rollup")


def room_allowed(name: str, module: str) -> bool:
    """Whether a file may import a module of its own layer, by the rooms they lie in."""
    layer, *rooms, _file = name.split("/")
    top, *inner = module.split(".")
    if layer != top or not rooms:
        return True
    if layer == "metrics":
        return inner[0] in rooms_below_family(rooms[0])
    if layer != "components":
        return True
    if rooms[0] == inner[0] == "screens":
        return rooms[1] == inner[1]
    return inner[0] in rooms_below(rooms[0])


def rooms_below_family(family: str) -> set[str]:
    """The rooms of metrics that one of them may import, itself among them."""
    return {*GROUND} if family in GROUND else {family, *GROUND, *FAMILY_NEEDS.get(family, {})}


def rooms_below(room: str) -> set[str]:
    """The rooms of components that one of them may import, itself among them."""
    return {room, *APART[room]} if room in APART else {*ROOMS[: ROOMS.index(room) + 1]}


def test_rooms_point_down():
    broken = [
        f"{name_of(path)}:{line} imports {module}"
        for path in files("components", "metrics")
        for module, line in imports(path)
        if not room_allowed(name_of(path), module)
    ]
    fail_if(broken, "a room may only import the rooms below it, see the top of this file")


def test_the_rule_of_rooms_sees_what_it_should():
    assert room_allowed("components/screens/board/pace.py", "components.kit.answer.Answer")
    assert room_allowed("components/screens/board/pace.py", "components.screens.board.hours.x")
    assert not room_allowed("components/screens/board/pace.py", "components.screens.plans.x")
    assert not room_allowed("components/screens/board/pace.py", "components.frame.search.x")
    assert not room_allowed("components/words/i18n.py", "components.ask.query.run")
    assert not room_allowed("components/signin/gate.py", "components.kit.answer.Answer")
    assert room_allowed("metrics/service/completion.py", "metrics.renewal.due.x")
    assert not room_allowed("metrics/renewal/due.py", "metrics.service.completion.x")
    assert not room_allowed("metrics/foundation/units.py", "metrics.leads.pool.x")


def test_every_allowance_between_families_is_used():
    used = {
        (name_of(path).split("/")[1], module.split(".")[1])
        for path in files("metrics")
        for module, _line in imports(path)
        if within(module, {"metrics"}) and name_of(path).count("/") > 1
    }
    listed = {(here, there) for here, needs in FAMILY_NEEDS.items() for there in needs}
    fail_if([f"{here} no longer needs {there}" for here, there in listed - used], "take it out")


def test_wiring_that_is_listed_exists():
    gone = [name for name in {**WIRING, **WIRED_FOLDERS} if not (ROOT / name).exists()]
    fail_if(gone, "take these out of WIRING: they are gone")


def test_pages_import_only_components_metrics_and_streamlit():
    broken = [
        f"{name_of(path)}:{line} imports {module}"
        for path in files("pages")
        for module, line in imports(path)
        if module.split(".")[0] not in FOR_PAGES
        and module.split(".")[0] not in sys.stdlib_module_names
    ]
    fail_if(broken, "a page lays out what components draw")


def test_streamlit_stays_above_metrics():
    broken = [
        f"{name_of(path)}:{line} imports {module}"
        for path in files("data", "metrics")
        for module, line in imports(path)
        # streamlit-authenticator is the account layer's hashing; it brings its own widgets.
        if within(module, {"streamlit", "plotly"})
    ]
    fail_if(broken, "streamlit and plotly belong into components, pages and app.py")


def test_metrics_hold_no_connection_and_no_clock():
    banned = {"duckdb", "sqlite3", "os", "time", "requests", "urllib", "pyspark", "subprocess"}
    broken = [
        f"{name_of(path)}:{line} imports {module}"
        for path in files("metrics")
        for module, line in imports(path)
        if within(module, banned)
    ]
    for path in files("metrics"):
        broken += [
            f"{name_of(path)}:{node.lineno} reads the clock"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call)
            and re.search(r"\b(datetime|date)\.(now|today|utcnow)$", ast.unparse(node.func))
        ]
    fail_if(broken, "a metric is a pure function of facts")


def test_the_start_waits_for_no_slow_library():
    """scipy.special has their quantiles; what needs more imports it where it is called."""
    slow = {"statsmodels", "scipy.stats"}
    broken = [
        f"{name_of(path)}:{node.lineno} imports {ast.unparse(node)}"
        for path in files(*LAYERS, "app.py")
        for node in tree_of(path).body
        if (isinstance(node, ast.ImportFrom) and within(str(node.module), slow))
        or (isinstance(node, ast.Import) and any(within(a.name, slow) for a in node.names))
    ]
    fail_if(broken, "scipy.stats takes a second to import, statsmodels two")


def test_no_script_lies_directly_in_pages():
    # Streamlit would serve it without the frame before the first visitor has run it.
    fail_if([name_of(p) for p in (ROOT / "pages").glob("*.py")], "move into a section's folder")
    fail_if([name_of(p) for p in (ROOT / "pages").rglob("__init__.py")], "pages are scripts")
    assert not (ROOT / "components" / "frame" / "pages").exists()


def test_pages_hold_no_sql_and_no_sums():
    sums = {"sum", "mean", "groupby", "agg", "aggregate", "merge", "median", "pivot_table"}
    broken = []
    for path in files("pages"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and node.attr in sums:
                broken.append(f"{name_of(path)}:{node.lineno} .{node.attr}")
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.search(r"\bSELECT\b.*\bFROM\b", text, re.DOTALL):
                broken.append(f"{name_of(path)}:{node.lineno} SQL")
    fail_if(broken, "arithmetic belongs into metrics")


def test_every_page_is_in_the_navigation_and_the_other_way_round():
    from components.kit.navigation import SECTIONS

    listed = {f"pages/{entry.script}.py" for _title, entries in SECTIONS for entry in entries}
    there = {name_of(path) for path in files("pages")}
    assert there == listed


def test_only_the_query_caches():
    broken = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"
        for path in files("components", "pages", "app.py")
        if name_of(path) != "components/ask/query.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ("cache_data", "cache_resource")
    ]
    # What depends on rows is cached in query.py alone, by everything that decides them.
    # A constant of the process may be kept: it takes no argument (catalogues, palettes) or
    # a palette alone (the charts' template).
    for path in files("components", "pages", "app.py"):
        if name_of(path) == "components/ask/query.py":
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef) and node.name not in KEPT_BY_ARGUMENT:
                kept = {ast.unparse(d).split("(")[0].split(".")[-1] for d in node.decorator_list}
                constant = ast.unparse(node.args) in ("", "colours: Palette")
                if kept & {"cache", "lru_cache"} and not constant:
                    broken.append(f"{name_of(path)}:{node.lineno} {node.name} is kept by argument")
    fail_if(broken, "components/ask/query.py alone caches")


def test_nothing_lets_markup_through():
    broken = [
        f"{name_of(path)}:{node.lineno}"
        for path in files(*LAYERS, "app.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.keyword)
        and node.arg in ("unsafe_allow_html", "unsafe_allow_javascript")
    ]
    fail_if(broken, "data must never become markup")


def test_no_handler_swallows_everything():
    broken = [
        f"{name_of(path)}:{node.lineno}"
        for path in files(*LAYERS, "app.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]
    fail_if(broken, "catch what you can name")


def test_files_stay_readable():
    long = {
        name_of(path): lines
        for path in files(*LAYERS, "app.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    fail_if([f"{name} has {lines} lines" for name, lines in long.items()], "at most 300 lines")
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 60


def test_folders_stay_readable():
    folders = {path.parent for path in files(*LAYERS, "edulens", "benchmarks", "tests")}
    counts = {name_of(folder): len(list(folder.glob("*.py"))) for folder in folders}
    broken = [f"{name} holds {count} files" for name, count in counts.items() if count > MOST_FILES]
    fail_if(broken, f"more than {MOST_FILES} files are two rooms")


def test_every_folder_says_what_it_holds():
    folders = {path.parent for path in files("data", "metrics", "components")}
    broken = []
    for folder in folders:
        said = folder / "__init__.py"
        text = ast.get_docstring(tree_of(said)) if said.exists() else None
        if not text or len(text.split()) < 5:
            broken.append(name_of(folder))
    fail_if(broken, "a folder's first sentence stands in its __init__")


def test_nothing_is_imported_by_string():
    broken = [
        f"{name_of(path)}:{node.lineno}"
        for path in files(*LAYERS, "app.py")
        if name_of(path) != "metrics/__init__.py"  # it imports whatever lies below it
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in ("import_module", "__import__")
    ]
    fail_if(broken, "import it by name: a string hides from every rule above")


def test_names_say_what_is_inside():
    stems = [path.relative_to(ROOT) for path in files(*LAYERS)]
    broken = [p.as_posix() for p in stems if any(BANNED_NAMES.search(part) for part in p.parts)]
    broken += [p.as_posix() for p in stems if BANNED_NAMES.search(p.stem)]
    fail_if(broken, "a name that fits everything says nothing")


def test_no_component_hides_a_module_of_python():
    # Streamlit puts the frame's folder first on the path.
    broken = [
        name_of(path)
        for path in (ROOT / "components" / "frame").iterdir()
        if path.stem in sys.stdlib_module_names
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    ]
    fail_if(broken, "rename: it would be imported in place of Python's own")


def test_nothing_is_left_undone():
    mark = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    broken = [
        f"{name_of(path)}:{number} {line.strip()}"
        for path in files(*LAYERS, "app.py", "tests", "benchmarks")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if mark.search(line)
    ]
    fail_if(broken, "finish it or take it out")


def charts_drawn(path: Path) -> Iterator[tuple[ast.Call, bool]]:
    """Calls of `chart.show` in a file, and whether what was clicked is made use of."""
    from_chart = any(
        module == "components.kit.charts.chart.show" for module, _line in imports(path)
    )
    if not from_chart:
        return
    tree = tree_of(path)
    dropped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "show":
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            listens = given.get("clickable") == "True" and id(node) not in dropped
            yield node, listens or "on_select" in given


def test_every_chart_opens_the_rows_behind_its_marks():
    drawn = [(path, *call) for path in files("components", "pages") for call in charts_drawn(path)]
    assert len(drawn) >= 30, "the rule must see the charts"
    broken = [f"{name_of(path)}:{call.lineno}" for path, call, listens in drawn if not listens]
    fail_if(broken, "show(…, clickable=True), and open what its mark stands for")


def test_every_figure_card_stands_beside_the_way_to_its_rows():
    opening = {"open_rows", "open_list", "open_students"}
    broken, cards = [], 0
    for path in files("components", "pages"):
        for function in ast.walk(tree_of(path)):
            if not isinstance(function, ast.FunctionDef):
                continue
            called = {
                ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)
            }
            if "st.metric" in called:
                cards += 1
                if not called & opening:
                    broken.append(f"{name_of(path)}:{function.lineno} {function.name}")
    assert cards >= 3, "the rule must see the cards"
    fail_if(broken, "a figure's card has a button that opens its rows")


def test_charts_are_drawn_by_one_function():
    drawing = re.compile(r"\bst\.(\w+_chart|pyplot|graphviz_chart|map)\b")
    broken = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node.func)}"
        for path in files("components", "pages", "app.py")
        if name_of(path) != "components/kit/charts/chart.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and drawing.match(ast.unparse(node.func))
    ]
    fail_if(broken, "kit.charts.chart.show gives every chart its words and its clicks")


def test_what_takes_a_handover_is_a_fragment():
    takers = [
        (
            f"{name_of(path)}:{node.lineno} {node.name}",
            [ast.unparse(d) for d in node.decorator_list],
        )
        for path in files("components")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(a.annotation or a).startswith("Handover") for a in node.args.args)
    ]
    assert takers, "the rule must see somebody"
    fail_if([name for name, marks in takers if "st.fragment" not in marks], "add @st.fragment")


TAKES_A_METRIC = {"find", "run", "list_rows", "sql_of", "open_rows", "tally", "figure", "figures"}
NAMES_METRICS = "components/screens/dictionary/"  # its address names the metric picked


def metric_names() -> set[str]:
    """The names of the functions that `metric(…)` registers."""
    return {
        node.name
        for path in files("metrics")
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(d).startswith("metric(") for d in node.decorator_list)
    }


def metric_given(call: ast.Call) -> Iterator[ast.expr]:
    """What a call gives where a metric is taken: first, or as ``metric``."""
    if ast.unparse(call.func).split(".")[-1] in TAKES_A_METRIC:
        yield from call.args[:1]
    yield from (word.value for word in call.keywords if word.arg == "metric")


def test_metrics_are_passed_and_not_named():
    names, broken = metric_names(), []
    assert "renewal_rate" in names, "the rule must see the metrics"
    for path in files("components", "pages"):
        if name_of(path).startswith(NAMES_METRICS):
            continue
        broken += [
            f"{name_of(path)}:{given.lineno} names {given.value}"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call)
            for given in metric_given(node)
            if isinstance(given, ast.Constant) and given.value in names
        ]
        broken += [
            f"{name_of(path)}:{line} imports {module}"
            for module, line in imports(path)
            if module == "metrics.foundation.registry.find"
        ]
    fail_if(broken, "import the metric; its name stands in an address or a command alone")
