"""The pytest plugin: the `vox` fixture, async tests without a mark, and the picture of the call in a failure.

It is loaded at every start of pytest once voxsim is installed, so all but pytest is imported late.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from voxsim.testing.vox import Vox

_FIXTURE = "vox"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--vox-seed`."""
    parser.getgroup("voxsim").addoption("--vox-seed", type=int, default=0, help="seed for ids and chance of `vox`")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that sets a test's platform up."""
    config.addinivalue_line(
        "markers", "vox(seed, time, until, limits, timing, sounds, stranger): settings of the `vox` fixture"
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Run async tests that take the fixture on trio, without a mark of their own."""
    if not isinstance(item, pytest.Function) or _FIXTURE not in item.fixturenames:
        return
    function = inspect.unwrap(item.obj)
    inner = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    if inspect.iscoroutinefunction(inner) and item.get_closest_marker("trio") is None:
        item.add_marker("trio")


@pytest.fixture
def vox(request: pytest.FixtureRequest) -> Vox:
    """A Voximplant platform for this test, in virtual time; it is the test's trio clock."""
    from voxsim.testing.vox import Vox

    _refuse_asyncio(request.config)
    settings: dict[str, Any] = {"seed": request.config.getoption("--vox-seed")}
    for mark in reversed(list(request.node.iter_markers(_FIXTURE))):
        _check(mark.kwargs)
        settings.update(mark.kwargs)
    return Vox(request.path.parent, **settings)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let equal sleeps end in a fixed order, and fail a test whose scenario failed unexpectedly."""
    __tracebackhide__ = True
    vox = _vox_of(item)
    if vox is None:
        return (yield)
    from voxsim.driver.scheduling import deterministic
    from voxsim.testing.expect import ExpectationFailed
    from voxsim.vocabulary.errors import VoxsimError

    with deterministic(vox.seed):
        try:
            result = yield
        except BaseException as error:
            cause = _single(error)
            if isinstance(cause, ExpectationFailed) and vox.failures:
                cause.add_note("The scenario failed:\n" + "\n".join(map(_error_lines, vox.failures)))
            if isinstance(cause, VoxsimError) and not item.config.getoption("fulltrace"):
                cause = cause.with_traceback(_without_insides(cause.__traceback__))
            if cause is error:
                raise
            raise cause from None
    if vox.failures:
        lines = "\n".join(_error_lines(error) for error in vox.failures)
        mark = vox.world.switch.sequence
        raise ExpectationFailed(f"The scenario failed, and the test did not expect it:\n{lines}", mark)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Add the picture of the call, with a mark where it broke, to the report of a failure."""
    report = yield
    vox = _vox_of(item)
    if vox is not None and report.failed and call.when == "call" and call.excinfo is not None:
        report.sections.append(("voxsim", vox.report(getattr(_single(call.excinfo.value), "mark", None))))
    return report


def _check(settings: Mapping[str, Any]) -> None:
    """Fail the test when a mark gives what the platform of a test does not have."""
    from voxsim.engine.sounds import Sounds
    from voxsim.engine.timing import Timing
    from voxsim.testing.vox import Vox
    from voxsim.vocabulary.limits import Limits
    from voxsim.vocabulary.naming import did_you_mean

    known = [name for name in inspect.signature(Vox.__init__).parameters if name not in ("self", "folder")]
    for name, value in settings.items():
        kind = {"limits": Limits, "timing": Timing, "sounds": Sounds}.get(name)
        if name not in known:
            pytest.fail(f"The mark `vox` has no setting {name!r}.{did_you_mean(name, known)}", pytrace=False)
        if kind is not None and not isinstance(value, kind):
            title = kind.__name__
            pytest.fail(f"The mark `vox` takes {name}={title}(…), got a {type(value).__name__}.", pytrace=False)


def _single(error: BaseException) -> BaseException:
    """The error itself, without the groups that trio's nurseries wrap around one error."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _without_insides(trace: TracebackType | None) -> TracebackType | None:
    """A traceback that ends with the test's own line, where voxsim refused what it was given there."""
    inside = str(Path(__file__).parent.parent)
    steps = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    own = [number for number, step in enumerate(steps) if not step.tb_frame.f_code.co_filename.startswith(inside)]
    kept = None
    for step in reversed(steps[: own[-1] + 1] if own else steps):
        kept = TracebackType(kept, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return kept


def _vox_of(item: pytest.Item) -> Vox | None:
    vox = getattr(item, "funcargs", {}).get(_FIXTURE)
    return vox if vox is not None and hasattr(vox, "world") else None


def _error_lines(error: Any) -> str:
    return "\n".join([f"  {error}", *(f"    {frame}" for frame in error.frames)])


def _refuse_asyncio(config: pytest.Config) -> None:
    """pytest-asyncio's auto mode takes every async test for itself: say so, rather than fail in a strange way."""
    if not config.pluginmanager.hasplugin("asyncio"):
        return
    mode = config.getoption("asyncio_mode", None) or config.getini("asyncio_mode")
    if str(getattr(mode, "value", mode)) == "auto":
        pytest.fail(
            "pytest-asyncio runs in auto mode and would run this test on asyncio; voxsim's tests run on trio. "
            "Set asyncio_mode = strict in your pytest configuration.",
            pytrace=False,
        )
