"""What people decide of identities is remembered by the keys of their sources, apart from what was found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_WORDS = {"linked": "same", "parted": "different"}


def remember(apps, schema_editor):
    """Each word of a person becomes an act of its own; a pair of which nothing else is known is no link any more."""
    link, decision = apps.get_model("store", "IdentityLink"), apps.get_model("store", "IdentityDecision")
    pairs = []
    for row in link.objects.filter(by="person").select_related("left", "right"):
        kind = "join" if row.state == "linked" else "part"
        act = decision.objects.create(kind=kind, at=row.found_at, by_id=row.decided_by_id)
        left, right = sorted((one.source_id, one.external_id) for one in (row.left, row.right))
        pairs.append(
            apps.get_model("store", "DecidedPair")(
                decision=act, left_source_id=left[0], left_external_id=left[1], right_source_id=right[0],
                right_external_id=right[1], word=_WORDS[row.state],
            )
        )
    apps.get_model("store", "DecidedPair").objects.bulk_create(pairs, batch_size=500)
    link.objects.filter(by="person").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('landing', '0001_initial'),
        ('store', '0010_identity_links'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IdentityDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('join', 'Join'), ('part', 'Part'), ('review', 'Review')], max_length=8)),
                ('at', models.DateTimeField()),
                ('customer_ids', models.JSONField(default=list)),
                ('undone_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DecidedPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('left_external_id', models.CharField(max_length=200)),
                ('right_external_id', models.CharField(max_length=200)),
                ('word', models.CharField(choices=[('same', 'Same'), ('different', 'Different'), ('later', 'Later')], max_length=9)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pairs', to='store.identitydecision')),
                ('left_source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='landing.source')),
                ('right_source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='landing.source')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['left_source', 'left_external_id'], name='decided_by_left'),
                    models.Index(fields=['right_source', 'right_external_id'], name='decided_by_right'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('decision', 'left_source', 'left_external_id', 'right_source', 'right_external_id'), name='decided_once'),
                ],
            },
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name='identitylink', name='link_by_doubt'),
        migrations.RemoveField(model_name='identitylink', name='decided_by'),
        migrations.AddField(model_name='identitylink', name='doubt', field=models.FloatField(default=0.0)),
        migrations.AddField(model_name='identitylink', name='word', field=models.CharField(blank=True, default='', max_length=9)),
        migrations.AlterField(
            model_name='identitylink',
            name='by',
            field=models.CharField(choices=[('key', 'Key'), ('model', 'Model')], max_length=8),
        ),
        migrations.AlterField(
            model_name='identitylink',
            name='state',
            field=models.CharField(choices=[('linked', 'Linked'), ('review', 'Review')], max_length=8),
        ),
        migrations.AddIndex(
            model_name='identitylink',
            index=models.Index(fields=['state', 'word', '-doubt', 'id'], name='link_by_doubt'),
        ),
    ]
