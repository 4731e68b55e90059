"""The profile page and the choice of mails, with the link in mails that needs no signing in. Start with `views`."""
