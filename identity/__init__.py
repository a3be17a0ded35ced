"""Who people are: users, memberships, roles, logins and local profiles, down to the Actor in a Context."""
