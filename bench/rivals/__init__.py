"""What people would use instead of Aside, set up as its own documentation says, in folders that git does not see."""
