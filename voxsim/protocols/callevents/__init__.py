"""Call events: one view of calls (sessions, legs, links, parties) that every feed is fed by.

`view` folds the journal into happenings, `people` knows who is who, `feeds` hands the happenings to the feeds. Nothing
here sends anything, and nothing a feed does can reach back into a call.
"""
