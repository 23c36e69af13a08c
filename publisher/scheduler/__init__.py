"""When steps run by themselves: ticks, a thread a channel, the sweep. Holds no business data."""
