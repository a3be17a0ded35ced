"""Chat models behind one interface: today the rules playbooks."""
