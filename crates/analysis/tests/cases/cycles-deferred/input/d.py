from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from c import C


class D:
    c: 'C'
