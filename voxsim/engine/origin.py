"""Origin: where a session comes from, as Started and the call history tell it."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Origin:
    """Where a session comes from: what Started tells, and what started it.

    Attributes:
        started_by: `call`, `http`, `conference` or `list`.
        conference_name: the conference that the session was begun for, or None.
        video_conference: whether its rule serves video conferences.
        access_url, access_secure_url: templates of the managing URLs; `{session}` and `{secret}` are filled in.
    """

    started_by: str = "http"
    account_id: int = 1
    account_name: str = "account"
    application_id: int = 1
    application_name: str = "app"
    rule_id: int = 0
    rule_name: str = ""
    user_id: int = -1
    initiator_country: str | None = None
    conference_name: str | None = None
    video_conference: bool = False
    access_url: str = "http://127.0.0.1:12092/request/{session}/{secret}"
    access_secure_url: str = "https://127.0.0.1:12093/request/{session}/{secret}"
    log_url: str = "http://127.0.0.1:12092/logs/{session}.log?sessionid={number}"
    record_url: str = "http://127.0.0.1:12092/records/{path}?record_id={number}"

    @property
    def domain(self) -> str:
        """The application's full name, `app.account.voximplant.com`."""
        return f"{self.application_name}.{self.account_name}.voximplant.com"
