"""VoipNow call events: one HTTP request to a web application for each thing that happens to an extension.

`rules` says who asked for what, `feed` folds happenings into requests, `resource` is the REST interface to the rules.
"""
