"""Template tags: numbers and days exactly as the contract says, escaped, unknown never zero."""

import datetime as dt
from decimal import Decimal

import lucide
import pytest
from django.template import Context, Template

from guanzhang.kernel.problem import Kind, Severity
from web.samples import SampleForm

D = Decimal
NONE = '<span class="none">无数据</span>'
MORNING = dt.datetime(2026, 11, 23, 2, 30, 5, tzinfo=dt.UTC)


def draw(text, **context):
    return Template(text).render(Context(context))


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("{{ v|money }}", D("1234.5"), "1,234.50"),
        ("{{ v|money }}", D("-1234.5"), "-1,234.50"),
        ("{{ v|money }}", D(0), ""),
        ("{{ v|money }}", D("-0.004"), ""),
        ("{{ v|money }}", 0, ""),
        ('{{ v|money:"zero" }}', D(0), "0.00"),
        ('{{ v|money:"zero" }}', D("-0.001"), "0.00"),
        ('{{ v|money:"JPY" }}', D("1234.5"), "1,235"),
        ("{{ v|money }}", None, NONE),
        ("{% money v %}", D("-5"), '<span class="neg">-5.00</span>'),
        ("{% money v %}", D(5), "5.00"),
        ("{% money v %}", D(0), ""),
        ('{% money v "zero" %}', D(0), "0.00"),
        ('{% money v currency="USD" %}', D("1.005"), "1.01"),
        ("{% money v %}", None, NONE),
        ("{{ v|yuan }}", D("2599640.5"), "¥2,599,640.50"),
        ("{{ v|yuan }}", D("-1"), '<span class="neg">-¥1.00</span>'),
        ("{{ v|yuan }}", D(0), "¥0.00"),
        ('{{ v|yuan:"USD" }}', D(1200), "USD 1,200.00"),
        ("{{ v|yuan }}", None, NONE),
        ("{{ v|number }}", 12345, "12,345"),
        ("{{ v|number }}", D("12.500000"), "12.5"),
        ("{{ v|number }}", D("1200.000000"), "1,200"),
        ("{{ v|number }}", D("-0"), "0"),
        ("{{ v|number }}", D(-3), '<span class="neg">-3</span>'),
        ("{{ v|number:2 }}", D("1.005"), "1.01"),
        ("{{ v|number }}", None, NONE),
        ("{{ v|number }}", 0, "0"),
        ("{{ v|percent }}", D("0.412"), "41.2%"),
        ("{{ v|percent }}", 0.1, "10.0%"),
        ("{{ v|percent:0 }}", D("0.4151"), "42%"),
        ("{{ v|percent }}", D("-0.0001"), "0.0%"),
        ("{{ v|percent }}", None, NONE),
        ("{{ v|day }}", dt.date(2026, 11, 23), "2026-11-23"),
        ("{{ v|day }}", dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC), "2026-11-23"),
        ("{{ v|day }}", None, NONE),
        ("{{ v|moment }}", MORNING, "2026-11-23 10:30"),
        ('{{ v|moment:"s" }}', MORNING, "2026-11-23 10:30:05"),
        ("{{ v|moment }}", None, NONE),
        ("{{ v|unknown }}", "", NONE),
        ("{{ v|unknown }}", None, NONE),
        ("{{ v|unknown }}", 0, "0"),
        ("{{ v|unknown }}", "<b>", "&lt;b&gt;"),
        ("{{ v|share:4 }}", 1, "25.0%"),
        ("{{ v|share:0 }}", 1, "0%"),
        ("{{ v|share:1 }}", 3, "100.0%"),
    ],
)
def test_numbers_days_unknowns(template, value, text):
    assert draw(template, v=value) == text


@pytest.mark.parametrize(
    ("tag", "has"),
    [
        ('{% grade_mark "A" %}', ['data-k="1"', 'data-lv="4"', "<i>A</i>"]),
        ('{% grade_mark "B" "重点" %}', ['data-k="2"', 'data-lv="3"', "<i>B</i>重点"]),
        ('{% grade_mark "S" "超级" 6 0 %}', ['data-k="6"', 'data-lv="4"', "<i>S</i>超级"]),
        ('{% grade_mark "E" "末" 9 7 %}', ['data-k="0"', 'data-lv="1"']),
        ('{% grade_mark "" %}', ['data-k="0"', 'data-lv="0"', "无数据"]),
        ('{% grade_mark "A" size="lg" %}', ["gz-grade lg"]),
        ('{% class_chip "活跃" 3 %}', ['<span class="gz-cls" data-k="3">活跃</span>']),
        ('{% icon "search" "s" %}', ['class="gz-i gz-i-s"', 'aria-hidden="true"', "<circle"]),
    ],
)
def test_marks_and_icons(tag, has):
    drawn = draw(tag)
    assert all(part in drawn for part in has), drawn


def test_what_people_wrote_is_escaped():
    assert "<script>" not in draw("{% grade_mark v v %}{% class_chip v 1 %}", v="<script>")


def test_an_unknown_icon_is_found_by_the_first_test():
    with pytest.raises(lucide.IconDoesNotExist):
        draw('{% icon "no-such-icon" %}')


def test_a_field_ties_label_help_and_errors_to_its_input():
    form = SampleForm({"name": "", "amount": "x", "kind": "person"})
    drawn = draw(
        "{% field form.name w=4 %}{% field form.amount %}{% field form.active %}", form=form
    )
    assert 'style="--w:4"' in drawn
    assert '<label for="id_name"' in drawn
    assert '<b aria-hidden="true">*</b><span class="sr">（必填）</span>' in drawn
    assert 'aria-describedby="id_name_wrong id_name_help"' in drawn
    assert 'id="id_name_wrong"' in drawn
    assert 'id="id_name_help">营业执照上的全称<' in drawn
    assert drawn.count('aria-invalid="true"') == 2
    assert 'class="gz-in n"' in drawn
    assert '<div class="gz-f check"' in drawn


KIND = Kind(
    "TST-903", Severity.WARNING, "缺 {found}", "{found} is missing", basis="某办法第3条"
)


def test_problems_from_values_and_words():
    drawn = draw(
        "{% problems found %}",
        found=[
            KIND.at("x", found="<电话>"),
            {"text": "错了", "severity": "error", "code": "E1"},
        ],
    )
    assert drawn.index("错了") < drawn.index("缺 &lt;电话&gt;")
    assert "某办法第3条" in drawn
    assert "共 2 个" in drawn
    assert draw("{% problems found %}", found=[]).strip() == ""


def test_chart_has_its_picture_and_its_table_and_no_way_out_of_the_script():
    drawn = draw(
        '{% chart "c1" "标题" option meta="n=3" %}<table><tr><td>表</td></tr></table>{% endchart %}',
        option={
            "series": [{"data": [{"name": "</script><script>alert(1)", "value": D("1.5")}]}]
        },
    )
    assert "<table><tr><td>表</td></tr></table>" in drawn
    assert "</script><script>alert" not in drawn
    assert '"value":1.5' in drawn
    assert 'data-twin="table"' in drawn
    assert "n=3" in drawn


def test_lookup_is_a_combobox_with_a_hidden_value():
    drawn = draw('{% lookup "to" "sample-parties" value=7 label="恒通" aria="客户" %}')
    assert 'data-look="/lookup/sample-parties/"' in drawn
    assert 'role="combobox"' in drawn
    assert '<input type="hidden" name="to" value="7">' in drawn
    assert 'aria-controls="look-to-list"' in drawn


def test_confirm_button_is_a_form_that_asks():
    drawn = draw(
        '{% confirm_button "/x/" "撤销" "undo-2" "撤销这批导入？" css="danger" batch=3 %}',
        csrf_token="t",
    )
    assert '<form method="post" action="/x/"' in drawn
    assert 'data-confirm="撤销这批导入？"' in drawn
    assert '<input type="hidden" name="batch" value="3">' in drawn
    assert 'name="csrfmiddlewaretoken" value="t"' in drawn


def test_empty_state_has_one_sentence_and_one_action():
    assert '<a class="gz-btn primary" href="/new/">新建</a>' in draw(
        '{% empty "inbox" "还没有。" "/new/" "新建" %}'
    )
