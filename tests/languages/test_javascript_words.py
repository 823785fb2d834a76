"""The engine's words for errors, made fuller by the scenario's own line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.languages.javascript.words import fuller

NOT = "TypeError: not a function"


@pytest.mark.parametrize(
    ("line", "column", "named"),
    [
        ("  const id = call.callId();", 19, "call.callId"),
        ("fly()", 1, "fly"),
        ("a.b().c.d(1)", 9, "a.b().c.d"),
        ("list[0].go()", 9, "list[0].go"),
        ("x?.y()", 4, "x?.y"),
        ("$q._go()", 4, "$q._go"),
    ],
)
def test_what_is_no_function_is_named(line, column, named):
    assert fuller(NOT, line, column) == f"TypeError: {named} is not a function"


def test_what_cannot_be_told_stays():
    assert fuller(NOT, "(() => 1)()()", 12) == NOT
    assert fuller(NOT, "short", 60) == NOT
    assert fuller("SyntaxError: expecting ';'", "let a = f() b", 13) == "SyntaxError: expecting ';'"
    assert fuller("TypeError: x", "call.callId()", 6) == "TypeError: x"


@given(st.text(), st.integers(-5, 200))
def test_any_line_and_column(line, column):
    assert fuller(NOT, line, column).startswith("TypeError: ")


def test_a_script_that_calls_what_is_no_function(javascript):
    run = javascript("""
        VoxEngine.addEventListener(AppEvents.Started, (event) => {
          event.sessionId();
        });
    """)
    assert run.errors == ["main.js:3:9: TypeError: event.sessionId is not a function"]
