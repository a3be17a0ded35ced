"""Authentication and authorisation: users, memberships, roles, logins and profiles, down to a Context's Actor."""
