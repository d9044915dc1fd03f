"""Addresses of classification, below ``classification/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from guanzhang.classification.views import editor, facts, members, reasons, schemes, trial

urlpatterns: list[URLPattern | URLResolver] = [
    path("", schemes.scheme_list, name="schemes"),
    path("new/", schemes.new_scheme, name="scheme-new"),
    path("run/", schemes.classify, name="class-run"),
    path("facts/", facts.fact_list, name="facts"),
    path("nodes/", editor.tree_nodes, name="tree-nodes"),
    path("moves/", members.class_moves, name="class-moves"),
    path(
        "moves/<int:pk>/<str:since>/<str:until>/", members.class_moves_list, name="class-moves"
    ),
    path("party/<int:pk>/", reasons.party_classes, name="party-classes"),
    path("party/<int:pk>/<int:scheme_pk>/", reasons.party_why, name="party-why"),
    path("<int:pk>/", schemes.scheme_page, name="scheme"),
    path("<int:pk>/describe/", schemes.describe, name="scheme-describe"),
    path("<int:pk>/primary/", schemes.make_primary, name="scheme-primary"),
    path("<int:pk>/retire/", schemes.retire, name="scheme-retire"),
    path("<int:pk>/edit/", editor.edit, name="scheme-edit"),
    path("<int:pk>/save/", editor.save, name="scheme-save"),
    path("<int:pk>/check/", editor.check, name="scheme-check"),
    path("<int:pk>/discard/", editor.discard, name="scheme-discard"),
    path("<int:pk>/trial/", trial.trial, name="scheme-trial"),
    path("<int:pk>/trial/members/", trial.trial_cell, name="trial-members"),
    path("<int:pk>/try/", trial.try_party, name="scheme-try"),
    path("<int:pk>/publish/", trial.publish, name="scheme-publish"),
    path("<int:pk>/class/", members.class_members, name="class-members"),
    path("<int:pk>/class/<path:code>/", members.class_members, name="class-members"),
]
