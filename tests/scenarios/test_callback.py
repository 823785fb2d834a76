"""A session that a web application begins, steers and watches, as its own tests would have it."""

SCENARIO = "scenarios/callback.py"


async def test_what_is_posted_is_said_to_the_callee(vox):
    callee = vox.phone("15550100", answer=2)
    session = vox.start(SCENARIO, custom_data="15550100")
    call = await callee.rang()
    await vox.advance(3)
    assert (await session.request("POST", "status")).json() == {"state": "CONNECTED", "watchers": 0}
    assert (await session.request("POST", "Your table is ready.")).json() == {"ok": True}
    await call.heard("Your table is ready.")
    await session.request("POST", "hangup")
    await call.ended()
    assert (await vox.finished()).finish_reason == "Normal termination"


async def test_a_watcher_hears_of_everything_and_speaks(vox):
    callee = vox.phone("15550100", answer=2)
    session = vox.start(SCENARIO)
    call = await callee.rang()
    await vox.advance(3)
    watcher = await session.websocket()
    assert await watcher.message() == "the call is CONNECTED"
    watcher.send("One moment.")
    await call.heard("One moment.")
    assert await watcher.message() == "says: One moment."
    await call.hang_up()
    assert await watcher.message() == "over: Call.Disconnected"


async def test_nothing_can_be_said_before_somebody_answers(vox):
    vox.phone("15550100", answer=30)
    session = vox.start(SCENARIO)
    assert (await session.request("POST", "Hello?")).json() == {"error": "nobody has answered yet"}


async def test_a_call_that_fails_ends_the_session(vox):
    vox.phone("15550100", busy=True)
    vox.start(SCENARIO)
    assert (await vox.finished()).finish_reason == "Normal termination"
