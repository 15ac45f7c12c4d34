"""Who there is: linked people, the user pool, invitations, and who has left."""
