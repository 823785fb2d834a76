"""The server: the platform's doors to real sockets. HTTP, WebSocket and TLS in, the real network out."""
