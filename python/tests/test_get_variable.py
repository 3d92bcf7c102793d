"""compat.v1.get_variable: values as initializers."""

import millrace as mr
import numpy as np

v1 = mr.compat.v1


def test_an_array_is_the_initial_value():
    value = np.arange(6, dtype=np.float32).reshape(2, 3)
    with mr.Graph().as_default(), mr.Session() as session:
        variable = v1.get_variable("w", initializer=value, use_resource=True)
        session.run(v1.global_variables_initializer())
        np.testing.assert_array_equal(session.run(variable), value)
