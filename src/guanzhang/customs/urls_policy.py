"""Addresses of policy updates and of the customs panel of a customer's card."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from guanzhang.customs.views import client, policy

urlpatterns: list[URLPattern | URLResolver] = [
    path("policy/", policy.policy_updates, name="policy-updates"),
    path("policy/<int:pk>/", policy.policy_update, name="policy-update"),
    path("party/<int:pk>/", client.party_declarations, name="party-declarations"),
]
