"""The program with which researchers write a project proposal, and the map of its house.

Rooms, from the street down to the cellar; imports point downwards only:

    app, cli, worker   three doors: the window program, the same work without a window, the helper process
    cli_calls          the calls: list, show, check, pack into one file
    cli_history        the commands that look back: history, compare
    cli_returned       a DOCX or PDF that came back by mail: its data, and whether its text still says the same
    cli_words          what the command line understands
    gui/               everything Qt: the window, its panels (findings, search, guidance, comments), its dialogs
    gui/form/          the pages built from the form, and a field for each kind of answer
    difference_words   what differs between two states of a proposal, in words
    mismatch_words     what the self-check found in the files of an export, in words
    returned_words     where a document that came back differs from its data, in words
    strings            every text a user reads, in Chinese and English
    settings, paths    what the program remembers, and where it keeps it
    exchange/          what leaves by mail, what comes back, and what is pasted or taken over from files of others
    export/            proposal to paper: data to blocks, blocks to DOCX and PDF
    core/              the subject: call, form, proposal, validation, rules, storage; knows nothing of Qt or of paper
    errors             the expected failures

Beside the package: `schemas/` holds the calls for proposals, data that needs no programmer; `resources/` holds what
users see (texts, fonts, icons, examples, help). Inside an installed program both lie within the package.

A key pressed in a field travels: Field.edited -> Session.edit -> undo stack -> Proposal.set, the only line that
changes data -> Session.value_changed; when typing pauses -> validate -> marks, problem list, progress -> working copy.
Exports run in the helper process on a copy of the data. Nothing ever opens a network connection.
"""

__version__ = "0.1.0"
