"""The calls that VoxEngine makes: to phones, users, SIP addresses and WhatsApp users, and into conferences."""

from __future__ import annotations

from typing import Any

from voxsim.engine.command import Options, command
from voxsim.engine.dialling import dial
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.ports import Headers
from voxsim.engine.units.call import Call
from voxsim.vocabulary.errors import BadArgument


class Calling(Namespace):
    """The part of VoxEngine that makes calls."""

    @command("callPSTN(number, callerid, {parameters}?)", Operation.CREATE)
    def call_pstn(
        self,
        number: str,
        callerid: str = "",
        parameters: Options = None,
        *,
        amd: Any = None,
        follow_diversion: bool = False,
        extra_headers: Headers | None = None,
    ) -> Call:
        """Call a phone number.

        Args:
            number: in E.164, with or without `+`.
            callerid: the number that the callee sees.
            parameters: options under their documented names.
            amd: an answering machine detector.
            follow_diversion: keep the diversion of a forwarded call.
            extra_headers: `VI-CallTimeout`, seconds until the call is given up (10 to 400).
        """
        return dial(self.session, "pstn", number, callerid, headers=extra_headers, amd=amd)

    @command(
        "callUser({parameters})",
        Operation.CREATE,
        positional="username callerid displayName extraHeaders video scheme",
        ignored="disableExtVideoOffset disableExtVideoOrientation disableExtPlayoutDelay disableExtVideoTiming",
    )
    def call_user(
        self,
        parameters: Options = None,
        *,
        username: str = "",
        callerid: str = "",
        display_name: str = "",
        extra_headers: Headers | None = None,
        video: bool = False,
        scheme: Any = None,
        amd: Any = None,
        custom_data: str | None = None,
        analytics_label: str = "",
        push_notification_timeout: float | None = None,
        video_orientation_extension: bool = True,
        conference_call: bool = False,
        disable_dtx_for_audio: bool = False,
        max_video_bitrate: int | None = None,
        strict_codec_list: bool = False,
    ) -> Call:
        """Call a user of the application: all devices where the user is logged in ring.

        Args:
            parameters: options under their documented names; older scripts give them one by one.
            username: who is called.
            callerid, display_name: what the callee sees.
            extra_headers: `X-…` headers, and `VI-CallTimeout`.
            push_notification_timeout: milliseconds to wait for an offline user after a push, 10000 to 60000, 20000 by
                default; with `require(Modules.PushService)` only.
            video, scheme, custom_data, analytics_label, video_orientation_extension, conference_call,
                disable_dtx_for_audio, max_video_bitrate, strict_codec_list: shape the real platform's media and
                statistics; accepted, and without effect here.
        """
        if not username:
            raise BadArgument("callUser needs `username`.")
        return dial(
            self.session,
            "user",
            username,
            callerid,
            display_name=display_name,
            headers=extra_headers,
            amd=amd,
            push=push_notification_timeout,
        )

    @command(
        "callUserDirect(incomingCall, username, {parameters}?)",
        Operation.CREATE,
        positional="callerid displayName extraHeaders",
    )
    def call_user_direct(
        self,
        incoming_call: Call,
        username: str,
        parameters: Options = None,
        *,
        callerid: str = "",
        display_name: str = "",
        extra_headers: Headers | None = None,
        analytics_label: str = "",
        push_notification_timeout: float | None = None,
    ) -> Call:
        """Call a user peer to peer: the media of both calls then bypasses the platform."""
        if not isinstance(incoming_call, Call):
            raise BadArgument(f"callUserDirect: the first argument is a Call, got {type(incoming_call).__name__}.")
        headers = {"X-DirectCall": "true", **(extra_headers or {})}
        push = push_notification_timeout
        call = dial(self.session, "user", username, callerid, display_name=display_name, headers=headers, push=push)
        call.leg.direct = True
        return call

    @command(
        "callSIP(to, {parameters}?)",
        Operation.CREATE,
        positional="callerid displayName password authUser extraHeaders video outProxy",
    )
    def call_sip(
        self,
        to: str,
        parameters: Options = None,
        *,
        callerid: str = "",
        display_name: str = "",
        password: str = "",
        auth_user: str = "",
        headers: Headers | None = None,
        extra_headers: Headers | None = None,
        video: bool = False,
        out_proxy: str = "",
        reg_id: int | None = None,
        amd: Any = None,
        scheme: Any = None,
        strict_codec_list: bool = False,
        allow180_after183: bool = True,
        disable_dtx_for_audio: bool = False,
    ) -> Call:
        """Call a SIP address.

        Args:
            to: `sip:` or `sips:` URI; `;transport=tls` and `;transport=tcp` are possible. Without a
                scheme, as in `user@host`, it is `sip:`.
            parameters: options under their documented names; older scripts give them one by one.
            callerid, display_name: what the callee sees.
            password, auth_user: for the callee's challenge; never written to the timeline.
            headers: `X-…` headers, and `VI-CallTimeout`; `extra_headers` is their older name.
            video, out_proxy, reg_id, scheme, strict_codec_list, allow180_after183, disable_dtx_for_audio: shape
                the real platform's signalling and media; accepted, and without effect here.
        """
        if not str(to).lower().startswith(("sip:", "sips:")):
            if "@" not in str(to) or ":" in str(to).partition("@")[0]:
                raise BadArgument(f"callSIP: the address begins with 'sip:' or 'sips:', got {to!r}.")
            # Scenarios in production leave the scheme out.
            to = f"sip:{to}"
        return dial(
            self.session, "sip", to, callerid, display_name=display_name, headers=extra_headers or headers, amd=amd
        )

    @command("callConference(conferenceId, callerid, displayName, headers?, scheme?)", Operation.CREATE)
    def call_conference(
        self,
        conference_id: str,
        callerid: str = "",
        display_name: str = "",
        headers: Headers | None = None,
        scheme: Any = None,
    ) -> Call:
        """Join a conference, whichever session holds it: there this call comes in as CallAlerting.

        While no session holds the conference, the first rule whose pattern matches its id begins one.

        Args:
            conference_id: which conference; shorter than 50 characters.
            callerid, display_name: what its session sees.
            headers: `X-…` headers, and `VI-CallTimeout`.
            scheme: shapes the real platform's media; accepted, and without effect here.
        """
        return dial(self.session, "conference", conference_id, callerid, display_name=display_name, headers=headers)

    @command("callWhatsappUser({parameters})", Operation.CREATE, positional="number callerid")
    def call_whatsapp_user(
        self,
        parameters: Options = None,
        *,
        number: str = "",
        callerid: str = "",
        headers: Headers | None = None,
        disable_dtx_for_audio: bool = False,
    ) -> Call:
        """Call a WhatsApp user; the call's `client_type()` is `wab`."""
        if not number:
            raise BadArgument("callWhatsappUser needs `number`.")
        return dial(self.session, "wab", number, callerid, headers=headers)
