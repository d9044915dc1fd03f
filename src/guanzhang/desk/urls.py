from django.urls import path

from guanzhang.desk.views import customs, home, structure, workbench

urlpatterns = [
    path("", home.home, name="home"),
    path("customs/", workbench.customs_desk, name="customs-desk"),
    path("reports/structure/", structure.structure_report, name="structure-report"),
    path("reports/structure/members/", structure.structure_members, name="structure-members"),
    path("reports/structure/export/", structure.structure_export, name="structure-export"),
    path("reports/customs/", customs.customs_report, name="customs-report"),
    path("reports/customs/chapters/", customs.customs_chapters, name="customs-chapters"),
    path("reports/customs/export/", customs.customs_export, name="customs-export"),
]
