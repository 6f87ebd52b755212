// Shapes of the credentials of known providers, written from their public documentation (prefixes, lengths and alphabets are facts).
// Each rule names the literal it starts with; secret.ts looks for all literals at once and tries a shape only where its literal stands.

export interface SecretRule {
  name: string;
  /** Literals that every value starts with. */
  starts: readonly string[];
  /** Tried at the literal (sticky). Linear: no nested repetition. */
  shape: RegExp;
  confidence?: number;
  /** Most are keys of a service. */
  type?: 'PRIVATE_KEY';
  /** The secret that often stands right behind it. */
  second?: SecondHalf;
}

export interface SecondHalf {
  name: string;
  shape: RegExp;
}

const rules: SecretRule[] = [];

function rule(name: string, starts: string, shape: RegExp, confidence = 0.97): void {
  rules.push({ name, starts: starts.split(' '), shape: new RegExp(shape.source, 'uy'.replace('u', '')), confidence });
}

// Clouds.
rules.push({
  name: 'aws-access-key',
  starts: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
  shape: /A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9])/y,
  confidence: 0.97,
  second: { name: 'aws-secret-key', shape: /^[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/ },
});
rule('google-api-key', 'AIza', /AIza[\w-]{35}(?![\w-])/);
rule('google-oauth-secret', 'GOCSPX-', /GOCSPX-[\w-]{28}/);
rule('google-oauth-token', 'ya29.', /ya29\.[\w-]{20,500}/);
rule('google-refresh-token', '1//0', /1\/\/0[\w-]{40,200}/);
rule('azure-client-secret', 'Q~', /Q~[\w~.-]{31,34}/, 0.9);
rule('alibaba-access-key', 'LTAI', /LTAI[A-Za-z0-9]{12,26}(?![A-Za-z0-9])/);
rule('tencent-secret-id', 'AKID', /AKID[A-Za-z0-9]{32}(?![A-Za-z0-9])/);
rule('digitalocean-token', 'dop_v1_ doo_v1_ dor_v1_', /do[opr]_v1_[a-f0-9]{64}/);
rule('scaleway-key', 'SCW', /SCW[A-Z0-9]{17}(?![A-Za-z0-9])/, 0.8);
rule('yandex-key', 'AQVN', /AQVN[\w-]{35,80}/);
rule('heroku-key', 'HRKU-', /HRKU-[\w-]{36,70}/);
rule('fly-token', 'fo1_ fm1_ fm1r_ fm2_ FlyV1', /(?:fo1_[\w-]{43}|fm[12]r?_[\w+/=-]{60,}|FlyV1 fm\d_[\w+/=,-]{60,})/);
rule('netlify-token', 'nfp_', /nfp_[A-Za-z0-9]{36,40}/);
rule('vercel-token', 'vercel_blob_rw_ vcp_ vci_ vca_ vcr_ vck_', /(?:vercel_blob_rw_\w{30,}|vc[piark]_[A-Za-z0-9]{24,60})/);
rule('render-key', 'rnd_', /rnd_[A-Za-z0-9]{24,40}(?!\w)/);
rule('cloudflare-token', 'v1.0- cfut_ cfat_ cfk_', /(?:v1\.0-[a-f0-9]{24}-[a-f0-9]{146}|cf(?:ut|at|k)_[\w-]{40,60})/);
rule('supabase-key', 'sbp_ sb_secret_', /(?:sbp_[a-f0-9]{40}|sb_secret_[\w-]{20,60})/);
rule('neon-key', 'napi_', /napi_[a-z0-9]{40,70}/);
rule('planetscale-token', 'pscale_', /pscale_(?:tkn|pw|oauth)_[\w.=-]{32,64}/);
rule('databricks-token', 'dapi dose', /d(?:api|ose)[a-f0-9]{32}(?:-\d)?(?!\w)/);
rule('terraform-token', '.atlasv1.', /\.atlasv1\.[\w=-]{60,80}/, 0.98);
rule('vault-token', 'hvs. hvb. hvr.', /hv[sbr]\.[\w-]{24,300}/);
rule('pulumi-token', 'pul-', /pul-[a-f0-9]{40}/);
rule('doppler-token', 'dp.', /dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,44}/);
rule('tailscale-key', 'tskey-', /tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{8,32}(?:-[A-Za-z0-9]{16,64})?/);
rules.push({
  name: 'age-key',
  starts: ['AGE-SECRET-KEY-1'],
  shape: /AGE-SECRET-KEY-1[A-Z0-9]{58}/y,
  confidence: 0.97,
  type: 'PRIVATE_KEY',
});
rule(
  '1password-token',
  'ops_eyJ A3-',
  /(?:ops_eyJ[\w+/=-]{100,}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3})/,
);

// Code hosts, builds, packages.
rule('github-token', 'ghp_ gho_ ghu_ ghs_ ghr_', /gh[pousr]_[A-Za-z0-9]{36,255}/);
rule('github-fine-token', 'github_pat_', /github_pat_[A-Za-z0-9_]{60,100}/);
rule(
  'gitlab-token',
  'glpat- gldt- glrt- glrtr- glptt- glft- glsoat- glcbt- glagent- gloas- glimt- glffct- glwt-',
  /gl[a-z]{2,6}-[\w.-]{20,300}/,
);
rule('gitlab-runner-token', 'GR1348941', /GR1348941[\w-]{20}/);
rule('bitbucket-token', 'ATBB ATCTT3', /(?:ATBB[A-Za-z0-9]{24,40}|ATCTT3[\w=-]{60,300})/);
rule('atlassian-token', 'ATATT3 ATSTT3 ATOA', /AT(?:ATT3|STT3|OA)[\w=-]{60,300}/);
rule('npm-token', 'npm_', /npm_[A-Za-z0-9]{36}(?!\w)/);
rule('pypi-token', 'pypi-', /pypi-[\w-]{50,300}/);
rule('rubygems-key', 'rubygems_', /rubygems_[a-f0-9]{48}/);
rule('crates-token', 'cio', /cio[A-Za-z0-9]{32}(?!\w)/, 0.8);
rule('nuget-key', 'oy2', /oy2[a-z0-9]{43}(?!\w)/);
rule('docker-token', 'dckr_pat_ dckr_oat_', /dckr_[po]at_[\w-]{20,64}/);
rule('artifactory-key', 'AKCp cmVmdGtu', /(?:AKCp[A-Za-z0-9]{60,100}|cmVmdGtu[A-Za-z0-9]{56})/);
rule('sonar-token', 'sqp_ squ_ sqa_ sqb_', /sq[puab]_[a-f0-9]{40}/);
rule('buildkite-token', 'bkua_ bkct_ bkaj_', /bk(?:ua|ct|aj)_[a-f0-9]{40}/);
rule('circleci-token', 'CCIPAT_ CCIPRJ_', /CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}/);
rule('sourcegraph-token', 'sgp_ slk_', /(?:sgp_(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40}|slk_[a-f0-9]{64})/);
rule('postman-key', 'PMAK-', /PMAK-[a-f0-9]{24}-[a-f0-9]{34}/);
rule('readme-key', 'rdme_', /rdme_[a-z0-9]{70}/);
rule('octopus-key', 'API-', /API-[A-Z0-9]{25,32}(?![A-Z0-9])/, 0.85);
rule('openshift-token', 'sha256~', /sha256~[\w-]{43}/);
rule('harness-token', 'pat. sat.', /[ps]at\.[\w-]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}/);
rule('prefect-key', 'pnu_ pnb_', /pn[ub]_[A-Za-z0-9]{36}/);
rule('infracost-key', 'ico-', /ico-[A-Za-z0-9]{32}(?!\w)/);
rule('trigger-key', 'tr_dev_ tr_prod_ tr_stg_', /tr_(?:dev|prod|stg)_[A-Za-z0-9]{20,40}/);

// Messaging, mail, work.
rule('slack-token', 'xoxb- xoxp- xoxa- xoxo- xoxr- xoxs- xoxe- xoxe. xoxc- xoxd- xapp-', /x(?:ox[a-z][-.]|app-)[\w.%-]{10,250}/);
rule('slack-webhook', 'https://hooks.slack.com/', /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]{20,100}/);
rule(
  'discord-webhook',
  'https://discord.com/api/ https://discordapp.com/api/ https://canary.discord.com/api/',
  /https:\/\/[a-z.]*discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/\d{15,22}\/[\w-]{40,100}/,
);
rule('teams-webhook', '.webhook.office.com/', /\.webhook\.office\.com\/webhookb2\/[\w@/-]{60,250}/);
rule(
  'password-hash',
  '$apr1$ $1$ $5$ $6$ $y$ $2a$ $2b$ $2y$ $argon2',
  /\$(?:(?:apr1|1)\$[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22}|[56y]\$(?:[\w=,]{1,24}\$)?[./A-Za-z0-9]{1,24}\$[./A-Za-z0-9+]{42,100}|2[aby]\$\d\d\$[./A-Za-z0-9]{53}|argon2(?:id|i|d)\$[\w=,$]{4,60}\$[\w+/]{8,60}\$[\w+/]{20,100})/,
  0.85,
);
rule('adafruit-key', 'aio_', /aio_[A-Za-z0-9]{28}(?!\w)/);
rule('zapier-webhook', 'https://hooks.zapier.com/', /https:\/\/hooks\.zapier\.com\/hooks\/catch\/[\w/-]{8,60}/, 0.85);
rule('sendgrid-key', 'SG.', /SG\.[\w-]{16,32}\.[\w-]{32,64}/);
rule('twilio-key', 'SK', /SK[a-f0-9]{32}(?!\w)/, 0.9);
rule('mailgun-key', 'key-', /key-[a-f0-9]{32}(?!\w)/, 0.9);
rule('brevo-key', 'xkeysib- xsmtpsib-', /x(?:keysib|smtpsib)-[a-f0-9]{64}-[A-Za-z0-9]{16}/);
rule('resend-key', 're_', /re_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{16,32}(?!\w)/, 0.85);
rule('linear-key', 'lin_api_ lin_oauth_', /lin_(?:api|oauth)_[A-Za-z0-9]{32,64}/);
rule('notion-token', 'ntn_ secret_', /(?:ntn_[A-Za-z0-9]{40,50}|secret_[A-Za-z0-9]{43})(?!\w)/);
rule('airtable-token', 'pat', /pat[A-Za-z0-9]{14}\.[a-f0-9]{64}/);
rule('figma-token', 'figd_ figo_ figu_ figp_', /fig[doup]_[\w-]{36,60}/);
rule('typeform-token', 'tfp_', /tfp_[\w-]{40,70}/);
rule('contentful-token', 'CFPAT-', /CFPAT-[\w-]{43}/);
rule('hubspot-token', 'pat-na1- pat-na2- pat-eu1- pat-ap1- pat-', /pat-[a-z]{2}\d-[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}/i);
rule('intercom-token', 'dG9rOj', /dG9rOj[A-Za-z0-9+/=]{40,90}/, 0.9);
rule('dropbox-token', 'sl.', /sl\.(?:u\.)?[\w-]{100,1500}/);
rule('facebook-token', 'EAA', /EAA[A-Za-z0-9]{80,400}/, 0.9);
rule('twitter-bearer', 'AAAAAAAAAAAAAAAAAAAAA', /A{21,22}[A-Za-z0-9%]{60,120}/, 0.85);
rule('adobe-secret', 'p8e-', /p8e-[\w-]{32}/);
rule('wakatime-key', 'waka_', /waka_[a-f0-9-]{36}/);
rule('lob-key', 'live_ test_', /(?:live|test)_(?:pub_)?[a-f0-9]{35}(?!\w)/, 0.9);

// Money and shops.
rule('stripe-key', 'sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_ rk_prod_', /[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16,250}/);
rule('webhook-secret', 'whsec_', /whsec_[A-Za-z0-9+/=]{24,100}/);
rule('square-token', 'sq0atp- sq0csp- sq0idp- EAAA', /(?:sq0[a-z]{3}-[\w-]{22,60}|EAAA[\w-]{60}(?![\w-]))/);
rule('shopify-token', 'shpat_ shpca_ shppa_ shpss_ shptka_', /shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{32}/);
rule('paypal-token', 'access_token$', /access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}/);
rule(
  'plaid-token',
  'access-production- access-sandbox- access-development-',
  /access-(?:production|sandbox|development)-[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}/,
);
rule('flutterwave-key', 'FLWSECK', /FLWSECK[-_][\w-]{12,60}/);
rule('razorpay-key', 'rzp_live_ rzp_test_', /rzp_(?:live|test)_[A-Za-z0-9]{14}/);
rule('easypost-key', 'EZAK EZTK', /EZ[AT]K[A-Za-z0-9]{54}/);
rule('shippo-token', 'shippo_', /shippo_(?:live|test)_[a-f0-9]{40}/);
rule('duffel-token', 'duffel_', /duffel_(?:live|test)_[\w=-]{40,64}/);
rule('adyen-key', 'AQE', /AQE[a-z][A-Za-z0-9+/=]{60,120}[-.][A-Za-z0-9+/=-]{10,120}/, 0.85);
rule('paddle-key', 'pdl_', /pdl_(?:live|sdbx|ntfset)_\w{20,100}/);

// Models.
rule('anthropic-key', 'sk-ant-', /sk-ant-[a-z]{2,6}\d{2}-[\w-]{32,200}/);
rule(
  'openai-key',
  'sk-',
  /sk-(?:(?:proj|svcacct|admin|None)-[\w-]{20,250}|or-(?:v1-)?[a-f0-9]{48,64}|lf-[a-f0-9-]{36}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{30,80}|[a-z]{2,12}-[\w-]{30,200})(?![\w-])/,
);
rule('huggingface-token', 'hf_ api_org_', /(?:hf|api_org)_[A-Za-z0-9]{30,40}(?!\w)/);
rule('replicate-token', 'r8_', /r8_[A-Za-z0-9]{36,40}(?!\w)/);
rule('groq-key', 'gsk_', /gsk_[A-Za-z0-9]{40,60}/);
rule('xai-key', 'xai-', /xai-[A-Za-z0-9]{60,100}/);
rule('perplexity-key', 'pplx-', /pplx-[A-Za-z0-9]{40,60}/);
rule('nvidia-key', 'nvapi-', /nvapi-[\w-]{60,80}/);
rule('pinecone-key', 'pcsk_', /pcsk_\w{50,90}/);
rule('langsmith-key', 'lsv2_', /lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}/);
rule('tavily-key', 'tvly-', /tvly-[\w-]{20,60}/);
rule('firecrawl-key', 'fc-', /fc-[a-f0-9]{32}(?!\w)/);
rule('elevenlabs-key', 'sk_', /sk_[a-f0-9]{48}(?!\w)/);
rule('together-key', 'tgp_v1_', /tgp_v1_[\w-]{40,60}/);
rule('cerebras-key', 'csk-', /csk-[a-z0-9]{48}/);
rule('jina-key', 'jina_', /jina_[\w-]{50,70}/);
rule('fireworks-key', 'fw_', /fw_[A-Za-z0-9]{22,24}(?!\w)/, 0.8);

// Watching and telling.
rule(
  'grafana-token',
  'glsa_ glc_ eyJrIjoi',
  /(?:glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/=]{32,400}|eyJrIjoi[A-Za-z0-9+/=]{60,400})/,
);
rule('newrelic-key', 'NRAK- NRII- NRRA- NRIQ- NRAA-', /NR(?:AK|II|RA|IQ|AA)-[\w-]{27,32}/);
rule('sentry-token', 'sntrys_ sntryu_ sntrya_', /sntry[sua]_[A-Za-z0-9+/=_]{40,400}/);
rule('dynatrace-token', 'dt0c01. dt0s', /dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}/);
rule('posthog-key', 'phx_', /phx_[A-Za-z0-9]{40,60}/);
rule('honeybadger-key', 'hbp_', /hbp_[A-Za-z0-9]{36}/);
rule('launchdarkly-key', 'sdk- api-', /(?:sdk|api)-[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}/);
rule('telegram-token', ':AA', /:AA[\w-]{32,34}(?![\w-])/, 0.95);
rule('mapbox-token', 'sk.eyJ', /sk\.eyJ[\w-]{40,120}\.[\w-]{20,30}/);
rule('algolia-admin', 'ALGOLIA', /(?!)/);
rule('sallyport-token', 'sp_', /sp_[A-Za-z0-9_-]{40,80}(?![\w-])/);

export const SECRET_RULES: readonly SecretRule[] = rules.filter((one) => one.name !== 'algolia-admin');
