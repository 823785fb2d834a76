"""Scripted RTMP servers: who takes the streams that scenarios publish.

Every URL is taken unless a server is scripted to refuse it, and what each heard is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.units.streamingagent import StreamingAgent, StreamTaker


class RtmpServer:
    """The server at one URL.

    Attributes:
        url: where it is.
        heard: what was published, in order, as texts, URLs and ToneScripts.
        streams: the names of the streams that were begun.
        endings: why each stream that is over ended.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[str] = []
        self.streams: list[str] = []
        self.endings: list[str] = []
        self._refusal: str | None = None
        self._agents: list[StreamingAgent] = []

    def refuses(self, reason: str = "Connection refused") -> Self:
        """Take no connection."""
        self._refusal = reason
        return self

    def drops(self, reason: str = "Connection lost") -> None:
        """Drop every stream now."""
        agents, self._agents = self._agents, []
        for agent in agents:
            self.endings.append(reason)
            agent.lost(reason)

    def complains(self, reason: str) -> None:
        """Report an error to every stream, and go on."""
        for agent in self._agents:
            agent.refused(reason)

    def take(self, stream_name: str, agent: StreamingAgent) -> StreamTaker | str:
        """A streaming agent connects."""
        if self._refusal is not None:
            return self._refusal
        self.streams.append(stream_name)
        self._agents.append(agent)
        return self

    def published(self, sound: Sound | None) -> None:
        """Sound begins, or ceases."""
        if sound is not None:
            self.heard.append(sound.content)

    def ended(self, reason: str) -> None:
        """A stream ended."""
        self.endings.append(reason)


class RtmpServers:
    """All servers, by URL."""

    def __init__(self) -> None:
        self._servers: dict[str, RtmpServer] = {}

    def at(self, url: str) -> RtmpServer:
        """The server at a URL."""
        return self._servers.setdefault(url, RtmpServer(url))

    def connect(self, url: str, stream_name: str, agent: StreamingAgent) -> StreamTaker | str:
        """Connect a streaming agent."""
        return self.at(url).take(stream_name, agent)
