"""The pages of administrators: people, invitations, set-up, audit log; and who may see them."""
