"""A module for each verb, by the verb's name. None imports another one: a change of one is none of another."""
