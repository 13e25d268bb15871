"""The lab on HTTP: a page, and the documents of the command line. Only this room knows the web framework."""
