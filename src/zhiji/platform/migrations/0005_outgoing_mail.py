import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("platform", "0004_second_factor"),
    ]

    operations = [
        migrations.CreateModel(
            name="OutgoingMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=40)),
                ("to", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=2)),
                ("sealed", models.BinaryField(null=True)),
                ("state", models.CharField(choices=[("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed"), ("expired", "Expired")], default="waiting", max_length=10)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("reason", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("link", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="mails", to="platform.oneuselink")),
            ],
            options={
                "indexes": [models.Index(fields=["state", "next_at"], name="mail_due")],
            },
        ),
    ]
