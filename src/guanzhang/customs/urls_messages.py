"""Addresses of messages, receipts and the import of messages, below /declarations/."""

from django.urls import path

from guanzhang.customs.views import importing, messages

urlpatterns = [
    path("messages/", messages.message_list, name="messages"),
    path("messages/exchange/", messages.exchange, name="messages-exchange"),
    path("messages/batch/retry/", messages.retry_batch, name="message-retry-batch"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("messages/<int:pk>/file/", messages.message_file, name="message-file"),
    path("messages/<int:pk>/retry/", messages.message_retry, name="message-retry"),
    path("messages/<int:pk>/taken/", messages.message_taken, name="message-taken"),
    path("batch/send/", messages.send_batch, name="declaration-send-batch"),
    path("receipts/", messages.receipt_list, name="receipts"),
    path("receipts/upload/", messages.receipts_upload, name="receipts-upload"),
    path("receipts/<int:pk>/", messages.receipt, name="receipt"),
    path("receipts/<int:pk>/match/", messages.receipt_match, name="receipt-match"),
    path("import/", importing.upload, name="declaration-import"),
    path("import/<int:job_id>/", importing.result, name="declaration-import-result"),
]
