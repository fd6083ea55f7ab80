"""What Bolt calls when something comes from Slack. Each reads, hands over to the edge, and acknowledges what was kept."""
