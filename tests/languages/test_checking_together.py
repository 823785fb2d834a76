"""Checking several files: which belong to one rule, what they share, and what strangers do not."""

import pytest

from voxsim.languages.checking import linking


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)
        return [f"{name}.js" for name in texts]

    return write


def said(findings):
    return [f"{one.file}:{one.line} {one.rule}" for one in findings]


def test_the_files_of_a_rule_share_names_and_modules(write):
    files = write(
        library="require(Modules.ASR); function listen(call) { return VoxEngine.createASR({ profile: 'x' }); }",
        main="VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => { listen(e.call).foo(); });",
    )
    assert said(linking.check_rule(files)) == ["main.js:1 unknown-method"]
    assert said(linking.check_rule(files, asked=["library.js"])) == []


def test_a_rule_knows_no_file_beside_it(write):
    files = write(main="helper();", beside="function helper() {}")
    assert said(linking.check_rule(files[:1])) == ["main.js:1 unknown-name"]


def test_a_neighbour_that_declares_what_is_missing_belongs_to_the_file(write):
    main, *neighbours = write(
        main="VoxEngine.addEventListener(AppEvents.Started, () => { helper(); ASREvents.Result; });",
        lib="require(Modules.ASR); function helper() { deeper(); }",
        deep="var deeper = () => 1;",
        other="function helpless() {}",
    )
    assert said(linking.check_alone([main], neighbours)) == []
    assert said(linking.check_alone([main], neighbours[2:])) == ["main.js:1 unknown-name", "main.js:1 missing-require"]


def test_scenarios_of_one_folder_need_not_know_of_each_other(write):
    files = write(
        one="require(Modules.ASR); var line; line = VoxEngine.callPSTN('1', '2'); line.answer();",
        two="var line = VoxEngine.createURLPlayer('a'); line.stop();"
        "VoxEngine.addEventListener(AppEvents.Started, () => { ASREvents.Result; });",
    )
    assert said(linking.check_alone(files, [])) == ["two.js:1 missing-require"]


def test_a_global_that_two_files_write_is_both(write):
    files = write(
        one="var line = VoxEngine.callPSTN('1', '2'); line.pause();",
        two="line = VoxEngine.createURLPlayer('a');",
    )
    assert said(linking.check_rule(files)) == []
    assert said(linking.check_rule(files[:1])) == ["one.js:1 unknown-method"]


def test_a_file_without_a_beginning_may_be_of_a_rule_that_requires(write):
    assert said(linking.check_alone(write(lib="function ask() { return ASREvents.Result; }"), [])) == []


def test_a_neighbour_that_cannot_be_read_is_no_harm(write, tmp_path):
    files = write(main="helper();")
    (tmp_path / "bad.js").write_bytes(b"helper \xff")
    assert said(linking.check_alone(files, ["bad.js", "gone.js"])) == ["main.js:1 unknown-name"]
