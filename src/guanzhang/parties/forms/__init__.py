"""Forms of parties and what belongs to them: shape of input only, the rules are in ``checks``."""
