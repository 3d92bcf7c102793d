"""How a call of a program ended, in words that compare."""


def outcome_class(function):
    """The names of the exception's classes, the most special one first; ["fine"] if there is
    none."""
    try:
        function()
    except Exception as error:
        return {"raises": [cls.__name__ for cls in type(error).__mro__]}
    return "fine"
