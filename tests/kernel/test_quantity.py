from decimal import Decimal

import pytest

from guanzhang.kernel.quantity import Quantity


def test_same_units_add_and_compare():
    three, half = Quantity(Decimal(3), "千克"), Quantity(Decimal("0.500"), "千克")
    assert three + half == Quantity(Decimal("3.5"), "千克")
    assert three - three == -(three - three)
    assert not three - three
    assert half < three
    assert str(Quantity(Decimal("12345.500"), "台")) == "12,345.500 台"


def test_units_do_not_mix():
    with pytest.raises(ValueError, match="Cannot combine 千克 with 台"):
        Quantity(Decimal(1), "千克") + Quantity(Decimal(1), "台")
    with pytest.raises(TypeError):
        Quantity(1, "台")  # type: ignore[arg-type]
