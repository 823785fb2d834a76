"""Every call joins the conference `room`."""

from voxsim import AppEvents, VoxEngine


@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    VoxEngine.easy_process(event.call, VoxEngine.call_conference("room", event.callerid, event.display_name))
