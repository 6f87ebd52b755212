// Words of the same concepts in other languages. Spaced scripts by word (accents do not matter); unspaced scripts, Arabic and the like by part of a word.
// Languages: de fr es pt it nl pl ru tr zh ja ko ar hi. Written by us.
import type { Concept } from './concept.ts';

export const WORLD_WORDS: Partial<Record<Concept, string>> = {
  ignore:
    'ignoriere ignorieren ignoriert missachte missachten vergiss vergessen vergesst übergehe umgehe umgehen ignorez ignores ignorer oublie oubliez oublier ignora ignorar ignorad ignoren olvida olvide olvidar olvídate omite omitir ignorem esqueça esqueca esquece esquecer desconsidere desconsiderar ignorare ignorate dimentica dimenticare dimenticate tralascia negeer negeren vergeet zignoruj ignoruj zignorować zapomnij pomiń игнорируй игнорируйте игнорировать проигнорируй забудь забудьте отмени yoksay görmezden unut 忽略 無視 无视 忘记 忘掉 忘れ 不要理会 무시 잊어 تجاهل انس अनदेखा भूल नज़रअंदाज़ abaikan lupakan bỏ_qua ignorera glöm',
  show: 'zeige zeigen zeig nenne verrate verraten offenbare ausgeben gib affiche affichez afficher révèle révélez montre montrez muestra muestre mostrar revela revele revelar imprime mostre mostra exiba exibir revelar mostrate rivela rivelare stampa toon onthul pokaż ujawnij wyświetl покажи покажите раскрой выведи göster açıkla 显示 展示 透露 输出 打印 表示 示して 表示して 出力 見せ 보여 공개 출력 اعرض أظهر اكشف दिखाओ दिखाएं बताओ tampilkan visa',
  read: 'lies lese lesen öffne öffnen lade suche durchsuche lis lisez lire ouvre ouvrez ouvrir lee lea leer abre abra abrir obtén obtenga leia ler lê busque abra leggi leggere apri lees open przeczytaj otwórz odczytaj прочитай прочитайте прочти открой откройте найди oku aç 读取 阅读 打开 查找 搜索 获取 読み 読んで 開いて 取得 検索 읽어 읽고 열어 اقرأ افتح पढ़ो पढ़ें खोलो baca buka läs öppna',
  send: 'sende senden schicke schicken sendest leite weiterleiten übermittle übermitteln teile teilen veröffentliche poste kopiere envoie envoyez envoyer transmets transmettez transfère transférez partage partagez envía envia envíe envie enviar reenvía reenvíe reenviar manda mande comparte publica envie enviar encaminhe encaminhar mande invia inviare inviate inoltra inoltrare manda condividi stuur doorsturen verstuur deel wyślij wyślijcie prześlij przekaż отправь отправьте отправить перешли перешлите пришли опубликуй gönder ilet paylaş 发送 发到 转发 发给 上传 送信 送って 転送 送る 보내 전송 전달 أرسل ارسل شارك भेजो भेजें kirim skicka',
  include:
    'füge fügen einfügen anhängen hänge übergib übergeben gib schreibe ajoute ajoutez ajouter inclus incluez inclure insère insérez joins joignez passe passez incluye incluya incluir añade agrega agregue pasa pásalo pase adjunta inclua incluir adicione adicionar anexe passe coloque includi includere aggiungi aggiungere allega inserisci passa voeg geef dołącz dodaj wstaw przekaż добавь добавьте включи включите вставь передай ekle yaz 放入 加入 附上 填入 包含 写入 入れ 含め 追加 添付 渡し 넣어 포함 추가 첨부 أضف ضع أدرج जोड़ो डालो शामिल sertakan masukkan bifoga inkludera',
  call: 'rufe aufrufen führe ausführen benutze benutzen verwende verwenden starte appelle appelez appeler utilise utilisez utiliser exécute exécutez exécuter lance lancez llama llame llamar usa use usar ejecuta ejecute ejecutar utiliza utilice chame chamar execute executar utilize chiama chiamare usa usare esegui eseguire roep gebruik voer wywołaj użyj uruchom вызови вызовите используй используйте выполни выполните запусти çağır kullan çalıştır 调用 使用 执行 运行 呼び出 使用して 実行 使って 호출 사용 실행 استدع استخدم نفذ شغّل चलाओ इस्तेमाल panggil gunakan jalankan använd kör',
  delete:
    'lösche löschen lösch entferne entfernen supprime supprimez supprimer efface effacez borra borre borrar elimina elimine eliminar apague apagar exclua excluir remova remover cancella cancellare elimina rimuovi verwijder wis usuń skasuj удали удалите удалить сотри sil kaldır 删除 清空 移除 削除 消去 消して 삭제 지워 احذف امسح मिटाओ हटाओ hapus radera',
  disable:
    'deaktiviere deaktivieren schalte désactive désactivez désactiver desactiva desactive desactivar desative desativar disattiva disattivare disabilita schakel wyłącz отключи отключите выключи kapat 关闭 禁用 無効 停止して 비활성화 عطل बंद nonaktifkan inaktivera',
  pay: 'überweise überweisen bezahle bezahlen zahle kaufe kaufen buche bestelle vire virez virer paie payez payer achète achetez réserve transfiere transfiera transferir paga pague pagar compra compre reserva transfira pagar compre compra reserve bonifica paga acquista compra prenota betaal koop boek przelej zapłać kup переведи переведите оплати купи öde satın 转账 支付 付款 购买 汇款 送金 支払 購入 予約して 송금 결제 구매 حول ادفع اشتر भुगतान खरीदो bayar beli betala köp',
  grant:
    'genehmige genehmigen bestätige gewähre erteile autorise autorisez approuve approuvez approuver accorde aprueba apruebe aprobar autoriza autorice concede concédele aprove aprovar autorize conceda approva approvare autorizza concedi keur zatwierdź przyznaj одобри подтверди предоставь разреши onayla ver 批准 授权 授予 同意 承認 許可 付与 승인 허가 부여 وافق امنح मंजूर अनुमति setujui berikan godkänn',
  change:
    'ändere ändern ersetze ersetzen setze setzen change changez changer remplace remplacez modifie modifiez cambia cambie cambiar reemplaza modifica modifique mude altere alterar troque substitua modifica cambia sostituisci wijzig verander zmień podmień измени измените замени поменяй değiştir 修改 更改 替换 改成 変更 書き換え 置き換え 변경 바꿔 غيّر غير बदलो ubah ganti ändra',
  obey: 'befolge befolgen folge gehorche suis suivez obéis obéissez sigue siga obedece cumple siga obedeça cumpra segui obbedisci volg gehoorzaam wykonaj postępuj следуй следуйте подчиняйся uy 遵守 服从 遵循 按照 従って 従い 따르 따라 اتبع أطع पालन ikuti följ',
  pretend:
    'spiele verhalte benimm prétends fais finge finja actúa actue simula finja aja fingi agisci speel udawaj притворись веди 假装 扮演 ふりをし 演じ 척해 행동해 تظاهر berpura',
  remember:
    'merke merk dauerhaft künftig zukünftig mémorise mémorisez retiens souviens désormais dorénavant recuerda recuerde memoriza adelante lembre lembrar memorize doravante ricorda memorizza onthoud voortaan zapamiętaj odtąd запомни запомните отныне впредь hatırla 记住 从现在 从今 以后 覚えて 記憶 今後 기억 앞으로 تذكر याद ingat',
  tell: 'sage sagen sag erwähne erwähnen informiere informieren erzähle frage fragen dis dites dire mentionne mentionnez informe informez préviens digas diga dile menciones mencione informes informe avises preguntes diga dizer mencione informe avise conte pergunte dire dirlo menzionare informare chiedere vertel noem mów mow wspominaj informuj говори говорите сообщай сообщайте упоминай спрашивай söyleme bahsetme söyle 告诉 提及 告知 通知 提到 询问 言わ 知らせ 伝え 教え 말하 알리 언급 묻지 تخبر تذكر تقل बताना बताए beritahu berätta nämn',
  conceal:
    'heimlich unbemerkt stillschweigend verstecke verbergen diskret secrètement discrètement silencieusement cachez secretamente silenciosamente oculta oculte ocultar discretamente sigilosamente escondido esconda oculte segretamente nascondi nascondere silenziosamente stiekem heimelijk verberg potajemnie ukryj cicho тайно незаметно скрой скрытно тихо gizlice 秘密 隐藏 悄悄 暗中 偷偷 隐瞒 こっそり 隠し 秘密に 내緒 몰래 숨기 سراً سرا خفية أخف चुपके छिपा diam-diam sembunyikan hemligt',
  say: 'antworte antworten behaupte empfiehl réponds répondez répondre prétends recommande recommandez responde responda recomienda afirma responda recomende rispondi rispondere consiglia antwoord odpowiedz ответь ответьте рекомендуй cevap 回答 回复 推荐 答え 回答して 推薦 대답 답변 추천 أجب أوص जवाब jawab svara',
  create:
    'erstelle erstellen lege anlegen crée créez créer crea cree crear crie criar crea creare maak utwórz stwórz создай создайте oluştur 创建 新建 作成 만들 생성 أنشئ बनाओ buat skapa',
  'task-verb':
    'übersetze zusammenfasse erkläre traduis traduisez résume résumez explique traduce resume explica traduza resuma explique traduci riassumi spiega vertaal przetłumacz переведи объясни 翻译 总结 解释 翻訳 要約 説明して 번역 요약 설명 ترجم لخص اشرح अनुवाद',
  visit:
    'besuche klicke visite visitez clique cliquez visita visite haz acesse visite clique visita clicca bezoek odwiedź kliknij перейди посети нажми ziyaret 访问 点击 訪問 クリック 방문 클릭 زر انقر',
  not: 'nicht nie niemals kein keine ohne ne pas jamais sans aucun no nunca jamás sin ni não nao nunca jamais sem non mai senza niet nooit zonder geen nie nigdy bez не никогда без hiç asla değil 不要 不能 不得 切勿 别 请勿 ないで しないで てはいけ せずに 하지 마세요 말고 없이 지마 لا لن بدون دون मत न नहीं बिना jangan tanpa inte aldrig utan',
  must: 'muss müssen musst unbedingt wichtig dringend erforderlich sofort zwingend nötig doit devez dois important impératif obligatoire nécessaire immédiatement faut debe debes debo importante obligatorio urgente necesario inmediatamente deve devem obrigatório obrigatorio necessário imediatamente devi deve obbligatorio urgente necessario subito moet belangrijk verplicht dringend musisz należy ważne pilne konieczne должен должны важно обязательно необходимо срочно немедленно zorunlu önemli acil gerekir 必须 务必 重要 需要 紧急 立即 必ず 必要 重要 至急 直ちに しなければ 반드시 필수 중요 긴급 즉시 يجب مهم هام فوراً ضروري ज़रूरी अवश्य तुरंत harus wajib penting måste viktigt',
  all: 'jede jeder jedes jedem alle alles tous toutes tout cada todos todas todo todas tutto tutte tutti ogni elke alle alles każdy wszystkie wszystko wszystkich каждый все всех каждом всё tüm bütün 所有 一切 すべて 全て 全部 모든 모두 كل جميع सभी हर semua alla',
  always:
    'immer stets toujours siempre sempre altijd zawsze всегда daima 每次 总是 始终 常に 毎回 いつも 항상 매번 دائما हमेशा selalu alltid',
  first:
    'zuerst bevor vorher zunächst vor avant abord premièrement préalablement antes primero primeramente antes primeiro prima dapprima innanzitutto eerst voordat najpierw zanim przed сначала прежде перед önce öncelikle 首先 之前 先 前に まず 先に 먼저 전에 قبل أولا पहले sebelum dahulu först innan',
  when: 'wenn falls sobald quand si lorsque cuando si cuando quando se quando se als wanneer gdy jeśli kiedy когда если eğer 如果 当 もし 場合 とき 만약 경우 عندما إذا जब अगर jika ketika om när',
  after:
    'danach anschließend dann nachdem ensuite puis après después luego tras depois então após dopo poi daarna vervolgens następnie potem затем потом после sonra 然后 之后 接着 その後 次に 후에 그런 다음 ثم بعد फिर बाद kemudian setelah sedan efter',
  instead:
    'stattdessen anstatt statt veraltet lieu plutôt obsolète lugar vez obsoleto invece anziché deprecato plaats zamiast вместо устарел yerine 代替 而不是 弃用 代わりに 非推奨 대신 بدلا बजाय daripada istället',
  please:
    'bitte danke svp merci plaît favor gracias favor obrigado obrigada prego grazie alsjeblieft bedankt proszę dziękuję пожалуйста спасибо lütfen teşekkür 请 谢谢 ください お願い 감사 주세요 من_فضلك شكرا कृपया धन्यवाद silakan terima tack',
  instruction:
    'anweisung anweisungen anordnung anordnungen befehl befehle regel regeln vorgaben richtlinie richtlinien instruktionen instructions consignes consigne directives règles ordres instrucciones instrucción instruccion órdenes ordenes reglas directrices indicaciones instruções instrucoes instrução ordens regras diretrizes istruzioni istruzione ordini regole direttive instructies instructie opdrachten regels instrukcje instrukcji polecenia poleceń zasady инструкции инструкций указания указаний команды правила talimatları talimat talimatlar kurallar 指令 指示 命令 规则 提示词 提示 プロンプト ルール 指示を 지시 명령 규칙 지침 프롬프트 التعليمات تعليمات الأوامر أوامر निर्देश आदेश instruksi perintah instruktioner',
  prior:
    'bisherigen bisherige vorherigen vorherige vorigen früheren obigen vorangegangenen précédentes précédents précédente antérieures anteriores anterior previas previo anteriores anterior prévias precedenti precedente vorige eerdere voorgaande poprzednie poprzednich wcześniejsze предыдущие предыдущих прежние önceki 之前 以前 先前 上述 前面 これまで 以前の 前の 上記 이전 기존 앞선 السابقة السابق पिछले sebelumnya tidigare föregående',
  system:
    'systemnachricht systemmeldung administrator administratoren entwickler système systeme administrateur développeur sistema administrador desarrollador desenvolvedor amministratore sistema systeem beheerder systemowy administratora системное система администратор разработчик sistem yönetici 系统 管理员 开发者 システム 管理者 開発者 시스템 관리자 개발자 النظام المسؤول المدير सिस्टम प्रशासक',
  model:
    'ki assistent assistenten assistentin sprachmodell ia assistante asistente asistentes assistente assistenti asystent asystencie asystenta ассистент ассистенту помощник ии нейросеть asistan yapay 助手 人工智能 智能体 アシスタント 어시스턴트 인공지능 المساعد الذكاء_الاصطناعي सहायक एआई asisten',
  user: 'benutzer nutzer anwender benutzern nutzern kunden utilisateur utilisateurs usuario usuarios utilizador usuário usuários utilizadores utente utenti gebruiker gebruikers użytkownika użytkownik użytkownikowi użytkownikom пользователь пользователю пользователя пользователям kullanıcı kullanıcıya kullanıcının 用户 使用者 ユーザー ユーザ 利用者 사용자 유저 المستخدم उपयोगकर्ता pengguna användaren användare',
  secret:
    'passwort passwörter kennwort kennwörter zugangsdaten schlüssel geheimnis geheimnisse privatschlüssel anmeldedaten umgebungsvariablen mot passe identifiants clé clés jeton jetons contraseña contraseñas clave claves credenciales secreto secretos llave senha senhas credenciais chave chaves segredo segredos segreti chiave chiavi credenziali segreto wachtwoord wachtwoorden sleutel sleutels geheim hasło hasła haseł klucz klucze poświadczenia пароль пароли паролей ключ ключи токен токены секрет секреты учётные şifre şifreler parola anahtar 密码 口令 密钥 私钥 令牌 凭证 凭据 环境变量 パスワード 秘密鍵 鍵 トークン 認証情報 環境変数 비밀번호 암호 키를 토큰 자격 환경변수 كلمة_المرور كلمات_المرور المفتاح المفاتيح رمز पासवर्ड कुंजी टोकन sandi lösenord nyckel',
  private:
    'gespräch gesprächsverlauf verlauf unterhaltung kontakte nachrichten kundendaten dokumente adressbuch postfach kontakt conversation historique contacts courriels boîte conversación historial contactos mensajes correos clientes conversa histórico contatos contactos mensagens e-mails clientes conversazione cronologia contatti messaggi gesprek geschiedenis contacten berichten rozmowę historię kontakty wiadomości переписку историю контакты сообщения разговор диалог sohbet geçmişi kişiler 对话 聊天记录 联系人 邮件 客户 历史 記憶 会話 履歴 連絡先 メール 顧客 대화 기록 연락처 메일 고객 المحادثة سجل جهات_الاتصال الرسائل العملاء बातचीत संपर्क percakapan kontak',
  data: 'datei dateien daten inhalt inhalte ordner datenbank verträge feld fichier fichiers données contenu dossier champ archivo archivos datos contenido carpeta campo arquivo arquivos dados conteúdo pasta campo file dati contenuto cartella campo bestand bestanden gegevens inhoud veld plik pliki dane zawartość folder файл файлы данные содержимое папку поле dosya dosyalar veri 文件 数据 内容 字段 数据库 参数 ファイル データ 内容 フォルダ 引数 フィールド 파일 데이터 내용 폴더 필드 الملف الملفات البيانات محتوى फ़ाइल डेटा berkas data isi fil filen filer',
  tool: 'werkzeug werkzeuge werkzeugs funktion dienst schnittstelle outil outils fonction serveur herramienta herramientas función servidor ferramenta ferramentas função servidor strumento strumenti funzione gereedschap functie narzędzie narzędzia narzędzi funkcję инструмент инструмента инструменты инструментом функцию сервер araç aracı aracını fonksiyon 工具 函数 服务器 ツール 関数 サーバ 도구 함수 서버 الأداة أداة الأدوات उपकरण टूल alat verktyg verktyget',
  other:
    'andere anderen anderer anderes autre autres otro otra otros otras outro outra outros outras altro altra altri altre andere ander inne innych inny другой другие других diğer başka 其他 别的 另一个 他の 別の 다른 الأخرى أخرى दूसरे lain andra',
  answer:
    'antwort antworten ausgabe réponse réponses sortie respuesta respuestas salida resposta respostas saída risposta risposte uscita antwoord odpowiedź odpowiedzi ответ ответе ответы yanıt 回答 回复 答案 輸出 返答 回答に 応答 답변 응답 الرد الإجابة उत्तर jawaban svar svaret',
  task: 'aufgabe anfrage tâche demande tarea solicitud tarefa pedido compito richiesta taak verzoek zadanie запрос задачу задание görev 任务 请求 タスク 依頼 작업 요청 المهمة الطلب कार्य tugas uppgift',
  safety:
    'sicherheit sicherheitsregeln warnungen filter sécurité avertissements seguridad advertencias segurança avisos sicurezza avvisi veiligheid bezpieczeństwo безопасность безопасности güvenlik 安全 警告 限制 セキュリティ 警告 制限 보안 경고 제한 الأمان सुरक्षा keamanan säkerhet',
  permission:
    'zugriff berechtigung rechte rolle accès autorisation droits permiso acceso permisos permissão acesso permessi accesso toegang dostęp доступ права erişim 权限 访问权 アクセス 権限 권한 접근 الوصول صلاحية अनुमति akses',
  you: 'du dich tu toi vous tú usted você voce jij ty ты вы sen 你 您 あなた 너 당신 أنت आप kamu anda',
  me: 'ich mir mein meine wir unser uns je moi ma mes nous notre yo mi mis me nosotros eu meu minha nós mio mia ik mijn wij ja mój moje я мой моё мы ben benim 我 我们 私 우리 저는 أنا मैं saya jag min mitt',
  shell: '终端 シェル 셸 コマンド 命令行 terminale terminal',
  account:
    'konto betrag rechnung überweisung compte montant facture virement cuenta importe factura conta valor fatura conto importo fattura rekening bedrag konto kwotę счёт счет сумму hesap 账户 账号 金额 口座 金額 계좌 금액 حساب مبلغ खाता rekening',
};

/** Disguised words: what strong words look like in rot13, reversed. Built from these. */
export const DISGUISED_WORDS =
  'ignore instructions previous password passwords secret secrets credentials assistant disregard exfiltrate instruction prompt reveal system';
