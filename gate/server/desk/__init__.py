"""The accreditation desk: every act on one person, each in one transaction with its history.

`editing` changes a registration, `collecting` hands a badge out, `reprints` replaces it, `spares`
binds a pre-printed one, `directory` finds people, `photos` takes their picture and
`comparing` shows it to a guard.
"""
