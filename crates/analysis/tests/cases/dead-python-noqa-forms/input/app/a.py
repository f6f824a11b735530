import a1  # NOQA
import a2  # noqa:F401
import a3  # noqa: E501,F401 because of it
from m import (
    b1,  # noqa: F401 - for others
    b2,
)
import a4  # type: ignore
import a5  # pylint: disable=W0611
import a6  # noqa : F401
import a7  # noqa: E501
