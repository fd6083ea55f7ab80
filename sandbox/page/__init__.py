"""The page of the pretend workspace: what a person sees and clicks in a browser, and the few routes it lives on."""
