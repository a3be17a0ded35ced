"""The kill matrix: SIGKILL at random moments of import, meeting and execution, of our process and of the database."""
