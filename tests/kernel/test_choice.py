import json

from guanzhang.kernel.choice import Choice


class Colour(Choice):
    RED = "red", "红", "Red"
    BLUE = "blue", "蓝", "Blue"


def test_a_choice_is_its_code_and_knows_its_names():
    assert Colour.RED == "red"
    assert Colour("blue") is Colour.BLUE
    assert f"{Colour.RED}" == "red"
    assert json.dumps([Colour.RED]) == '["red"]'
    assert (Colour.RED.zh, Colour.RED.en, Colour.RED.label("en")) == ("红", "Red", "Red")
    assert Colour.options() == [("red", "红"), ("blue", "蓝")]


def test_import_files_may_spell_code_or_name():
    assert Colour.parse(" 红 ") is Colour.RED
    assert Colour.parse("BLUE") is Colour.BLUE
    assert Colour.parse("绿") is None
    assert Colour.parse("") is None
