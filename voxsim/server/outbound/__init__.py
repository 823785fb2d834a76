"""What goes out of a scenario to the real network: HTTP requests, WebSockets and mails, a module each."""
