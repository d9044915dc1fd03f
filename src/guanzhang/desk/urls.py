from django.urls import path

from guanzhang.desk.views import home, structure

urlpatterns = [
    path("", home.home, name="home"),
    path("reports/structure/", structure.structure_report, name="structure-report"),
    path("reports/structure/members/", structure.structure_members, name="structure-members"),
    path("reports/structure/export/", structure.structure_export, name="structure-export"),
]
