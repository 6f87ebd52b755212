// More words of each concept in other languages: the forms of orders, whose they are, and what they are about. Written by us.
import type { Concept } from './concept.ts';

export const MORE_WORLD_WORDS: Partial<Record<Concept, string>> = {
  your: 'dein deine deinen deinem deiner deines euer eure ta tes ton votre vos tu tus tuya vuestro vuestra vuestras tuo tua tuoi tue vostro vostre teu teus tuas seu seus sua suas jouw jullie uw twoj twoja twoje twoich swoje твой твоя твоё твои твоих твою твоего своих свои свою ваш ваши ваших senin sizin 你的 您的 あなたの 君の 너의 당신의',
  ignore:
    'ignoriere ignorier ignorieren missachte vergiss vergesst vergessen verwirf übergehe umgehe ignorez oublie oubliez néglige contourne ignora ignorad ignoren olvida olvide omite descarta desobedece dimentica dimenticate trascura scavalca esqueça esquece desconsidere despreze negeer vergeet zignoruj ignoruj zapomnij pomin игнорируй игнорируйте проигнорируй забудь забудьте отбрось yoksay görmezden unut 忽略 无视 忘记 忘掉 抛弃 無視 忘れ 무시 잊어 잊고 تجاهل انس انسى اهمل نادیده فراموش अनदेखा भूल abaikan lupakan',
  show: 'zeig zeige zeigt zeigen gib ausgeben verrate verraten offenbare nenne drucke wiederhole wiedergib preis enthülle affiche affichez montre montrez révèle révélez divulgue répète répétez imprime dévoile muestra muestre revela revele repite divulga enseña mostra mostri rivela riveli stampa ripeti svela mostre exiba repita imprima toon onthul herhaal pokaz ujawnij wyswietl powtorz покажи покажите выведи раскрой раскройте повтори göster açıkla yazdır tekrarla 显示 透露 输出 打印 展示 重复 泄露 表示 開示 出力 教えて 繰り返 보여 출력 공개 알려줘 반복 اعرض أظهر اكشف اطبع كرر نشان दिखाओ tampilkan ungkapkan',
  instruction:
    'anweisung anweisungen vorgaben vorgabe regeln befehle befehl richtlinien systemanweisungen systemanweisung systemprompt systemprompts systemnachricht eingabeaufforderung consignes consigne règles ordres instrucciones instrucción reglas órdenes directrices indicaciones istruzioni istruzione regole ordini direttive instruções instrução regras ordens diretrizes instructies instructie regels opdrachten systeemprompt instrukcje instrukcji polecenia polecen zasady инструкции инструкций инструкцию инструкциям указания указаний правила правил команды приказы промпт промпта talimat talimatlar talimatları talimatlarını kurallar kuralları 指令 指示 提示词 规则 命令 说明 ルール プロンプト 지시 명령 규칙 프롬프트 تعليمات التعليمات أوامر الأوامر قواعد دستور دستورها निर्देश instruksi perintah aturan',
  system:
    'systemanweisungen systemprompt systemnachricht système sistema systemu системный системное системные системных системного sistem 系统 システム 시스템 النظام نظام सिस्टम',
  prior:
    'vorherigen vorherige bisherigen bisherige früheren frühere vorigen obigen vorangegangenen précédentes précédents antérieures anteriores previas previos precedenti anteriori voorgaande eerdere vorige poprzednie poprzednich wczesniejsze предыдущие предыдущих прежние прошлые önceki 之前 以前 先前 上述 前面 これまで 前の 上記 이전 앞선 위의 السابقة السابق قبلی पिछले sebelumnya',
  safety:
    'einschränkung einschränkungen beschränkung beschränkungen zensur restriction censure limites restricciones restricción censura límites restrizioni limiti restrições beperkingen beperking censuur ograniczen ограничений ограничения цензуры фильтров kısıtlama sınırlama 限制 审查 约束 制限 検閲 제한 검열 قيود رفض',
  send: 'sende senden schick schicke schicken leite weiterleiten weiter übermittle envoie envoyez transmets transmettez envía envíe manda reenvía invia inoltra envie mande encaminhe stuur verstuur wyslij przeslij отправь отправьте перешли пошли gönder ilet 发送 转发 发到 送信 転送 送って 보내 전송 전달 أرسل ارسل بفرست भेजो kirim kirimkan',
  secret:
    'passwort passwörter kennwort zugangsdaten geheimnis geheimnisse identifiants clés contraseña contraseñas credenciales secretos claves credenziali segreti senha senhas segredos credenciais wachtwoord wachtwoorden geheimen haslo hasla пароль пароли паролей секреты ключи şifre parola 密码 密钥 凭证 机密 パスワード 秘密 認証情報 비밀번호 비밀 أسرار',
  tell: 'sage sag erwähne informiere verständige mentionne préviens prévenir informe digas menciones avises menzionare avvisare informare avvisa diga mencione avise vertel vermeld mow informuj говори сообщай упоминай рассказывай bahsetme 告诉 告知 提及 知らせ 言わ 알리 말하 تخبر',
  model:
    'assistenz sprachmodell sprachmodelle modèle modelo modelos asistente modello assistente taalmodel asystent ассистент помощник модель нейросеть asistan 助手 模型 人工智能 アシスタント モデル 어시스턴트 모델 مساعد المساعد دستیار सहायक asisten',
  user: 'benutzer nutzer anwender utilisateur usuario utente usuário utilizador gebruiker uzytkownik пользователь пользователю пользователя kullanıcı kullanıcıya 用户 ユーザー 사용자 المستخدم उपयोगकर्ता pengguna',
  now: 'jetzt sofort künftig désormais dorénavant maintenant ahora adesso agora doravante voortaan teraz отныне теперь впредь artık şimdi 从现在 现在 今から これから 지금부터 이제 الآن sekarang',
  answer:
    'antwort antworten antworte beantworte réponse réponses réponds répondez respuesta respuestas responde risposta risposte rispondi resposta respostas responda antwoord odpowiedz ответ ответь ответе ответить yanıt cevap 回答 回复 答复 返答 応答 답변 응답 대답 الرد أجب उत्तर jawaban',
  task: 'aufgabe anfrage frage tâche demande requête tarea solicitud pregunta compito richiesta domanda tarefa pedido pergunta taak verzoek vraag zadanie pytanie задача задачу запрос вопрос görev soru 任务 问题 タスク 質問 작업 질문 مهمة طلب سؤال कार्य tugas',
  all: 'wortwörtlich wörtlich vollständig textuellement intégralement textualmente literalmente integralmente letterlijk doslownie дословно полностью 逐字 全部 すべて 全て 모두 모든 كل جميع حرفيا',
  delete:
    'lösche löschen entferne supprime supprimez efface borra borre elimina elimine cancella rimuovi apague exclua delete verwijder usun удали удалите сотри sil 删除 清空 削除 消去 삭제 احذف hapus',
  obey: 'befolge gehorche folge obéis obéissez obedece obedezca sigue obbedisci segui obedeça siga gehoorzaam volg следуй подчиняйся выполняй itaat 遵守 服从 遵循 従って 従い 따르 اتبع نفذ',
  pretend:
    'verhalte gib spiele agis comporte actúa compórtate agisci fingi comportati aja finja gedraag zachowuj действуй притворись davran 扮演 假装 振る舞 行動して 행동해 تصرف',
  include:
    'füge hinzufügen anhängen ergänze ajoute ajouter ajoutez ajouté inclus incluez añade añadir agrega incluye incluya aggiungi aggiungere aggiunto includi adicione inclua acrescente voeg dodaj dolacz добавь добавьте включи приложи ekle 添加 附加 包含 附上 追加 含め 추가 포함 أضف tambahkan sertakan',
  call: 'rufe aufrufen ausführen führe appelle appelez exécute exécutez lance llama llame ejecuta ejecute chiama esegui execute chame invoque voer wywolaj uruchom вызови запусти выполни çağır çalıştır 调用 执行 运行 呼び出 実行 호출 실행 استدع شغل jalankan panggil',
  new: 'neue neuen neuer neues aktualisierte nouvelle nouvelles nouveau nouveaux nueva nuevas nuevo nuevos nova novas novo novos nuove nuova nuovo nuovi nieuwe nowe nowy nowa новые новая новое новый yeni 新的 新 新しい 새로운 새 جديد جديدة नया नए baru ny nya',
  mode: 'modus entwicklermodus wartungsmodus modo modalità tryb trybie режим режиме modu 模式 モード 모드 وضع मोड',
  only: 'nur ausschließlich seulement uniquement rien solo solamente únicamente nada somente apenas soltanto nulla alleen slechts tylko wyłącznie только лишь ничего sadece yalnızca 只 仅 だけ のみ 만 오직 فقط केवल hanya endast',
  scope:
    'sitzung gespräch unterhaltung session conversation sesión conversación sessão conversa sessione conversazione sessie gesprek sesji rozmowy сессии разговора диалога oturum sohbet 会话 对话 セッション 会話 세션 대화 الجلسة المحادثة सत्र sesi',
  refuse:
    'weigere weigern ablehnen refuse refuser refuses rechaces niegues recusar recuse rifiutare rifiutarti weiger weigeren odmawiaj odmów отказывайся отказывать reddetme 拒绝 拒否 거부 رفض मना menolak',
  penalty:
    'sonst andernfalls ansonsten sinon autrement contrario senão altrimenti anders inaczej иначе aksi 否则 さもないと 그렇지 وإلا अन्यथा',
  approved:
    'genehmigt freigegeben autorisiert bestätigt approuvé autorisé validé aprobado autorizado confirmado aprovado approvato autorizzato confermato goedgekeurd zatwierdzone одобрено разрешено подтверждено onaylandı 批准 授权 承認 許可 승인 허가 موافق मंज़ूर disetujui',
};
