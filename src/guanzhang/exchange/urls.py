from django.urls import path

from guanzhang.exchange.views import batches, columns, uploads

urlpatterns = [
    path("", uploads.batch_list, name="imports"),
    path("new/", uploads.new_batch, name="import-new"),
    path("template/<slug:kind>/", uploads.template, name="import-template"),
    path(
        "template/<slug:kind>/filled/", uploads.filled_template, name="import-template-filled"
    ),
    path("<int:batch_id>/", batches.batch, name="import"),
    path("<int:batch_id>/columns/", columns.columns, name="import-columns"),
    path("<int:batch_id>/columns/<str:key>/", columns.column, name="import-column"),
    path("<int:batch_id>/check/", batches.check, name="import-check"),
    path("<int:batch_id>/fix/", batches.fix, name="import-fix"),
    path("<int:batch_id>/suggestions/", batches.accept, name="import-accept"),
    path("<int:batch_id>/commit/", batches.commit, name="import-commit"),
    path("<int:batch_id>/undo/", batches.undo, name="import-undo"),
    path("<int:batch_id>/rows-to-fix/", batches.annotated, name="import-annotated"),
]
