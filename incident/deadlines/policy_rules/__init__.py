"""What the rules of the policy do by themselves: whom they notify, and whom they call. Pure."""
